"""Contributions of images against DeLong's formula, and against drawing images again."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from stages.core.claims import bootstrap, interval
from stages.ood.detection import auroc, tnr
from stages.ood.influence import auroc_parts, contributions, share_below, tnr_parts
from stages.ood.results import spread


def some_scores(digits, times=1):
    """In-distribution scores, and those of two sets, of so many digits; a multiple of 800 in all."""
    rng, sizes = np.random.default_rng(0), ((1, 400), (0, 250), (-1, 150))
    inside, *outsides = (rng.normal(mean, 1, times * n).round(digits) for mean, n in sizes)
    return inside, outsides


@pytest.fixture
def drawn():
    """Scores with ties."""
    return some_scores(1)


def redrawn(metric, inside, outsides, weights, draws=600):
    """Ends of the 95 % interval of a weighted sum of a metric, by drawing from each kind of image."""
    rng = np.random.default_rng(1)
    found = [
        sum(w * metric(own, rng.choice(each, len(each))) for w, each in zip(weights, outsides, strict=True))
        for own in (rng.choice(inside, len(inside)) for _ in range(draws))
    ]
    return np.quantile(found, [0.025, 0.975])


def test_shares_by_a_double_loop(drawn):
    inside, (outside, _) = drawn
    wanted = [np.mean([(b < a) + (b == a) / 2 for b in outside]) for a in inside]
    assert share_below(outside, inside) == pytest.approx(wanted)


def test_the_mean_of_contributions_is_the_metric(drawn):
    inside, outsides = drawn
    areas = [roc_auc_score([1] * len(inside) + [0] * len(each), [*inside, *each]) for each in outsides]
    found = contributions(auroc_parts, inside, outsides, [0.5, 0.5])
    assert len(found) == 800
    assert found.mean() == pytest.approx(np.mean(areas))
    difference = contributions(auroc_parts, inside, outsides, [1, -1])
    assert difference.mean() == pytest.approx(areas[0] - areas[1])
    rejected = contributions(tnr_parts, inside, outsides, [0.5, 0.5])
    assert rejected.mean() == pytest.approx(np.mean([tnr(inside, each) for each in outsides]))


def test_the_variance_of_contributions_is_delongs(drawn):
    """S10 / n + S01 / m, with the two variances written out."""
    inside, (outside, _) = drawn
    n, m = len(inside), len(outside)
    v10 = [np.mean([(a > b) + (a == b) / 2 for b in outside]) for a in inside]
    v01 = [np.mean([(a > b) + (a == b) / 2 for a in inside]) for b in outside]
    found = contributions(auroc_parts, inside, [outside], [1])
    assert found.var() / (n + m) == pytest.approx(np.var(v10) / n + np.var(v01) / m)


@pytest.mark.parametrize("weights", [[0.5, 0.5], [1, -1]])
@pytest.mark.parametrize(
    ("metric", "parts", "digits", "times", "tolerance"),
    [(auroc, auroc_parts, 1, 1, 0.1), (tnr, tnr_parts, 9, 5, 0.2)],          # a quantile jumps, if of few
)
def test_intervals_are_those_of_drawing_images_again(weights, metric, parts, digits, times, tolerance):
    inside, outsides = some_scores(digits, times)
    low, high = bootstrap(contributions(parts, inside, outsides, weights))
    wanted_low, wanted_high = redrawn(metric, inside, outsides, weights)
    width = wanted_high - wanted_low
    assert high - low == pytest.approx(width, rel=tolerance)
    assert (low + high) / 2 == pytest.approx((wanted_low + wanted_high) / 2, abs=tolerance * width)


@pytest.mark.parametrize("seeds", [1, 2, 3])
def test_error_bars_are_as_long_as_the_intervals_of_claims(drawn, seeds):
    inside, outsides = drawn
    values = np.stack([
        contributions(auroc_parts, inside, outsides, [0.5 + seed, 0.5]) for seed in range(seeds)
    ])
    mean, low, high, _ = interval(values, "images")
    found, half = spread(values)
    assert found == pytest.approx(mean)
    assert half == pytest.approx((high - low) / 2, rel=0.03)


def test_constant_scores_have_no_spread():
    found = contributions(auroc_parts, np.ones(5), [np.ones(4)], [1])
    assert found.tolist() == [0.5] * 9
