"""Curves against loops over seeds and draws."""

import csv

import numpy as np
import pytest

from stages.noise.figures import deviation, per_run, write_curves


@pytest.fixture
def measured():
    rng = np.random.default_rng(0)
    robustness = {
        "clean": rng.integers(2, size=(2, 10)).astype(float),
        "gaussian": rng.integers(2, size=(2, 3, 4, 10)).astype(float),       # seeds, sigmas, draws, images
        "per_tensor": rng.integers(2, size=(2, 5, 10)).astype(float),
        "per_channel": rng.integers(2, size=(2, 5, 10)).astype(float),
    }
    landscape = {
        "adversarial_l2": rng.integers(2, size=(2, 3, 10)).astype(float),
        "adversarial_linf": rng.integers(2, size=(2, 3, 10)).astype(float),
        "slices": rng.normal(size=(2, 3, 7)),                                # seeds, directions, points
    }
    return robustness, landscape


def test_runs_are_seeds_and_draws(measured):
    runs = per_run(*measured)
    gaussian = measured[0]["gaussian"]
    for sigma in range(3):
        accuracies = [gaussian[seed, sigma, draw].mean() for seed in range(2) for draw in range(4)]
        assert runs["gaussian"][:, sigma + 1] == pytest.approx(accuracies)
    clean = [measured[0]["clean"][seed].mean() for seed in range(2)]
    assert runs["gaussian"][:, 0] == pytest.approx([clean[0]] * 4 + [clean[1]] * 4)
    assert runs["adversarial_l2"][:, 0] == pytest.approx(clean)
    assert runs["per_tensor"].shape == (2, 5)
    slices = [measured[1]["slices"][seed, direction] for seed in range(2) for direction in range(3)]
    assert runs["slices"] == pytest.approx(np.array(slices))


def test_one_run_has_no_deviation_and_several_have_the_samples():
    assert deviation(np.array([[1.0, 2.0]])).tolist() == [0.0, 0.0]
    assert deviation(np.array([[1.0], [3.0]])).tolist() == pytest.approx([2**0.5])


def test_a_table_of_curves(measured, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runs = per_run(*measured)
    write_curves("gaussian", "sigma", [0, 0.1, 0.2, 0.4], {"sgd": runs, "sam": runs})
    with open("plots/noise/curves/gaussian.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["sigma", "sgd", "sgd_deviation", "sam", "sam_deviation"]
    assert [float(row["sigma"]) for row in rows] == [0, 0.1, 0.2, 0.4]
    assert float(rows[2]["sam"]) == pytest.approx(runs["gaussian"][:, 2].mean(), abs=1e-6)
    assert float(rows[1]["sgd_deviation"]) == pytest.approx(runs["gaussian"][:, 1].std(ddof=1), abs=1e-6)
