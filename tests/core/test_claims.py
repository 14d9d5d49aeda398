"""Intervals against scipy, verdicts by hand."""

import numpy as np
import pytest
from scipy import stats

from stages.core.claims import Claim, bootstrap, interval, metrics, positive, student, summary, within

TEXT = {"id": "some_claim", "sentence": "It is so.", "source": "Someone, table 1", "unit": "points"}


def claim(low, effect, high):
    return Claim(effect=effect, low=low, high=high, basis="3 seeds", **TEXT)


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [((0.1, 1, 2), "supported"), ((-2, -1, -0.1), "contradicted"), ((-1, 0, 1), "inconclusive"),
     ((0, 1, 2), "inconclusive"), ((-2, -1, 0), "inconclusive")],
)
def test_the_verdict_follows_from_the_interval(ends, verdict):
    assert claim(*ends).verdict == verdict


def test_an_effect_outside_its_interval_is_our_own_mistake():
    with pytest.raises(AssertionError, match="is not in its interval"):
        claim(1, 0, 2)


def test_students_interval_is_scipys():
    values = np.array([0.3, -0.2, 0.9, 1.4])
    wanted = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert student(values) == pytest.approx((wanted.low, wanted.high))


@pytest.mark.parametrize(
    "values", [np.repeat([-100.0, 0.0, 100.0], [30, 900, 70]), np.random.default_rng(1).exponential(size=300)]
)
def test_the_bootstrap_is_scipys(values):
    low, high = bootstrap(values)
    wanted = stats.bootstrap((values,), np.mean, method="percentile", n_resamples=9999, batch=500,
                             rng=np.random.default_rng(5)).confidence_interval
    tolerance = 0.04 * (wanted.high - wanted.low)            # both draw 9,999 resamples of their own
    assert low == pytest.approx(wanted.low, abs=tolerance)
    assert high == pytest.approx(wanted.high, abs=tolerance)


def test_the_bootstrap_is_the_same_every_time():
    values = np.random.default_rng(0).normal(size=50)
    assert bootstrap(values) == bootstrap(values)


def test_from_three_seeds_on_the_interval_is_over_seeds():
    differences = np.array([[1.0, 3.0], [2.0, 2.0], [4.0, 6.0]])
    effect, low, high, basis = interval(differences, "test images")
    assert (effect, basis) == (3.0, "3 seeds")
    assert (low, high) == pytest.approx(student(np.array([2.0, 2.0, 5.0])))


def test_with_fewer_seeds_it_is_over_the_images_of_their_mean():
    differences = np.array([[1.0, 3.0, 2.0], [3.0, 3.0, 0.0]])
    effect, low, high, basis = interval(differences, "test images")
    assert (effect, basis) == (2.0, "3 test images, mean of 2 seeds")
    assert (low, high) == bootstrap(np.array([2.0, 3.0, 1.0]))
    assert interval(differences[:1], "test images")[3] == "3 test images"


def test_a_claim_of_no_difference_by_hand():
    seeds = np.array([[0.1], [0.2], [0.3]])                  # 0.2 +- 4.303 * 0.1 / sqrt(3) = 0.2 +- 0.248
    so = within(seeds, 0.5, "images", **TEXT)
    assert (so.effect, so.low, so.high) == pytest.approx((0.3, 0.5 - 0.448, 0.5), abs=1e-3)
    assert so.verdict == "supported"
    far = within(seeds + 2, 0.5, "images", **TEXT)           # 2.2 +- 0.248: all of it outside
    assert (far.effect, far.low, far.high) == pytest.approx((-1.7, 0.5 - 2.448, 0.5 - 1.952), abs=1e-3)
    assert far.verdict == "contradicted"
    assert within(-seeds - 2, 0.5, "images", **TEXT).row() == far.row()      # the sign does not matter


def test_what_metrics_and_the_terminal_show():
    so = positive(np.array([[1.0], [1.0], [1.0]]), "images", **TEXT)
    assert metrics([so]) == {"some_claim": {"effect": 1.0, "low": 1.0, "high": 1.0, "verdict": "supported"}}
    first, second = summary(so.row()).splitlines()
    assert first.split(maxsplit=2) == ["✓", "supported", "It is so."]
    assert second.strip() == "+1.00 points, 95 % [+1.00, +1.00], over 3 seeds"
