"""Calibration against scikit-learn, a grid of temperatures, and labels drawn from known probabilities."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.calibration import calibration_curve

from stages.core.scores import calibration_error
from stages.regularization.calibration import nats, reliability, repaired, temperature
from stages.regularization.clean import measure


def some_logits(n=400, classes=5, seed=0):
    rng = torch.Generator().manual_seed(seed)
    z = 2 * torch.randn(n, classes, generator=rng, dtype=torch.float64)
    return z, torch.distributions.Categorical(logits=z).probs.multinomial(1, generator=rng).flatten()


def test_nats_are_of_each_image():
    z, y = some_logits()
    probabilities = z.softmax(1)[torch.arange(len(y)), y]
    assert nats(z, y).numpy() == pytest.approx(-np.log(probabilities.numpy()))


def test_reliability_is_scikit_learns_curve():
    """For two classes, with the probability of being right as the score."""
    z, y = some_logits(n=2000, classes=2)
    confidence, right = z.softmax(1).amax(1), z.argmax(1) == y
    accuracy, mean = calibration_curve(right, confidence, n_bins=10, strategy="quantile")
    assert reliability(z, y).numpy() == pytest.approx(accuracy - mean)


def test_reliability_is_below_0_where_a_network_is_too_sure():
    z, y = some_logits(n=4000)
    assert (reliability(5 * z, y)[:5] < -0.1).all()
    assert (reliability(0.2 * z, y)[5:] > 0.1).all()


def test_the_temperature_is_the_best_of_a_grid():
    z, y = some_logits()
    grid = np.exp(np.linspace(math.log(0.2), math.log(5), 2001))
    losses = [F.cross_entropy(3 * z / t, y).item() for t in grid]
    assert temperature(3 * z, y) == pytest.approx(grid[np.argmin(losses)], rel=2e-3)


def test_the_temperature_of_stretched_logits_is_stretched():
    z, y = some_logits()
    assert temperature(2.5 * z, y) == pytest.approx(2.5 * temperature(z, y), rel=1e-4)


def test_labels_drawn_from_the_softmax_need_no_temperature():
    z, y = some_logits(n=20_000)
    assert temperature(z, y) == pytest.approx(1, abs=0.03)


def test_each_half_gets_the_temperature_of_the_other():
    z, y = some_logits()
    z = torch.cat([z[:200], 3 * z[200:]])
    better, (first, second) = repaired(z, y)
    assert first == temperature(z[200:], y[200:]) > 2
    assert second == temperature(z[:200], y[:200]) < 1.5
    assert torch.equal(better, torch.cat([z[:200] / first, z[200:] / second]))


def test_too_confident_logits_are_repaired():
    z, y = some_logits(n=4000)
    better, _ = repaired(4 * z, y)
    assert calibration_error(4 * z, y) > 0.1
    assert calibration_error(better, y) < 0.03
    assert torch.equal(better.argmax(1), z.argmax(1))


def test_measures_after_the_temperature_are_those_of_the_logits_that_labels_were_drawn_from():
    z, y = some_logits(n=4000)
    found = {name: values for name, (_, values) in measure(4 * z, y).items()}
    assert found["temperature"] == pytest.approx(4, rel=0.05)
    assert found["nats"].mean().item() == pytest.approx(F.cross_entropy(4 * z, y).item(), rel=1e-6)
    assert found["repaired_nats"].mean().item() == pytest.approx(F.cross_entropy(z, y).item(), abs=2e-3)
    assert found["calibration_error"] == pytest.approx(calibration_error(4 * z, y))
    assert found["repaired_calibration_error"] < 0.03
    assert found["gap"].mean() < -0.1
    assert abs(found["repaired_gap"].mean()) < 0.01


def test_a_network_that_is_calibrated_gains_nothing_by_a_temperature():
    z, y = some_logits(n=4000)
    gained = [nats(k * z, y) - nats(repaired(k * z, y)[0], y) for k in (1, 2, 4)]
    assert gained[0].mean().item() == pytest.approx(0, abs=2e-3)
    assert gained[2].mean() > gained[1].mean() > 0.05
