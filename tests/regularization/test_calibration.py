"""Calibration against core's error, against a grid of temperatures, and in cases solved by hand."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.calibration import calibration_curve

from stages.core.scores import calibration_error
from stages.regularization.calibration import contributions, reliability, repaired, temperature
from stages.regularization.clean import numbers


def some_logits(n=400, classes=5, seed=0):
    rng = torch.Generator().manual_seed(seed)
    z = 2 * torch.randn(n, classes, generator=rng, dtype=torch.float64)
    return z, torch.distributions.Categorical(logits=z).probs.multinomial(1, generator=rng).flatten()


def with_confidence(*confidences):
    """Logits over two classes whose softmax gives class 0 these probabilities."""
    return torch.tensor([[math.log(p / (1 - p)), 0.0] for p in confidences], dtype=torch.float64)


@pytest.mark.parametrize("seed", range(5))
def test_contributions_have_the_calibration_error_as_mean(seed):
    z, y = some_logits(seed=seed)
    assert contributions(2 * z, y).mean().item() == pytest.approx(calibration_error(2 * z, y), abs=1e-12)


def test_contributions_by_hand():
    # (12/15, 13/15] holds 0.85, right, and 0.84, wrong: too confident, so (confidence - right) of each
    z = with_confidence(0.85, 0.84, 0.65)
    found = contributions(z, torch.tensor([0, 1, 0]))
    assert found.tolist() == pytest.approx([-0.15, 0.84, 0.35])


def test_reliability_is_scikit_learns_curve():
    """For two classes, with the probability of being right as the score."""
    z, y = some_logits(n=2000, classes=2)
    confidence, right = z.softmax(1).amax(1), z.argmax(1) == y
    accuracy, mean = calibration_curve(right, confidence, n_bins=15)
    bins = reliability(z, y).numpy()
    assert bins[:, 0] == pytest.approx(mean)
    assert bins[:, 1] == pytest.approx(accuracy)
    assert bins[:, 2].sum() == pytest.approx(1)


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


def test_numbers_after_the_temperature_are_those_of_the_logits_that_labels_were_drawn_from():
    z, y = some_logits(n=4000)
    found = numbers(4 * z, y)
    assert found["temperature"] == pytest.approx(4, rel=0.05)
    assert found["loss"] == pytest.approx(F.cross_entropy(4 * z, y).item(), rel=1e-6)
    assert found["repaired_loss"] == pytest.approx(F.cross_entropy(z, y).item(), abs=2e-3)
    assert found["calibration_error"] == pytest.approx(calibration_error(4 * z, y))
    assert found["repaired_calibration_error"] < 0.03
