"""Contributions of images against DeLong's formula, and against drawing images, sets and seeds again."""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from stages.core.intervals import interval
from stages.ood.detection import auroc, tnr
from stages.ood.influence import auroc_parts, contributions, share_below, tnr_parts


def some_scores(digits, times=1):
    """In-distribution scores, and those of two sets, of so many digits."""
    rng, sizes = np.random.default_rng(0), ((1, 400), (0, 250), (-1, 150))
    inside, *outsides = (rng.normal(mean, 1, times * n).round(digits) for mean, n in sizes)
    return inside, outsides


@pytest.fixture
def drawn():
    """Scores with ties."""
    return some_scores(1)


def total(terms):
    """The sum of the means of arrays."""
    return sum(term.mean() for term in terms)


def error(terms):
    """The standard error of that sum when the places of every array are drawn independently."""
    return sum(term.var() / len(term) for term in terms) ** 0.5


def redrawn(metric, inside, outsides, weights, draws=600):
    """The deviation of a weighted sum of a metric, by drawing from each kind of image."""
    rng = np.random.default_rng(1)
    return np.std([
        sum(w * metric(own, rng.choice(each, len(each))) for w, each in zip(weights, outsides, strict=True))
        for own in (rng.choice(inside, len(inside)) for _ in range(draws))
    ])


def test_shares_by_a_double_loop(drawn):
    inside, (outside, _) = drawn
    wanted = [np.mean([(b < a) + (b == a) / 2 for b in outside]) for a in inside]
    assert share_below(outside, inside) == pytest.approx(wanted)


def test_the_means_of_contributions_add_up_to_the_metric(drawn):
    inside, outsides = drawn
    areas = [roc_auc_score([1] * len(inside) + [0] * len(each), [*inside, *each]) for each in outsides]
    found = contributions(auroc_parts, inside, outsides, [0.5, 0.5])
    assert [len(term) for term in found] == [400, 250, 150]
    assert total(found) == pytest.approx(np.mean(areas))
    assert [term.mean() for term in found[1:]] == pytest.approx([0, 0])
    assert total(contributions(auroc_parts, inside, outsides, [1, -1])) == pytest.approx(areas[0] - areas[1])
    rejected = contributions(tnr_parts, inside, outsides, [0.5, 0.5])
    assert total(rejected) == pytest.approx(np.mean([tnr(inside, each) for each in outsides]))


def test_the_variance_of_contributions_is_delongs(drawn):
    """S10 / n + S01 / m, with the two variances written out."""
    inside, (outside, _) = drawn
    n, m = len(inside), len(outside)
    v10 = [np.mean([(a > b) + (a == b) / 2 for b in outside]) for a in inside]
    v01 = [np.mean([(a > b) + (a == b) / 2 for a in inside]) for b in outside]
    found = error(contributions(auroc_parts, inside, [outside], [1]))
    assert found**2 == pytest.approx(np.var(v10) / n + np.var(v01) / m)


@pytest.mark.parametrize("weights", [[0.5, 0.5], [1, -1]])
@pytest.mark.parametrize(
    ("metric", "parts", "digits", "times", "tolerance"),
    [(auroc, auroc_parts, 1, 1, 0.1), (tnr, tnr_parts, 9, 5, 0.2)],          # a quantile jumps, if of few
)
def test_errors_are_those_of_drawing_images_again(weights, metric, parts, digits, times, tolerance):
    """In-distribution images are the same for both sets, so their parts add up before they are squared."""
    inside, outsides = some_scores(digits, times)
    found = error(contributions(parts, inside, outsides, weights))
    assert found == pytest.approx(redrawn(metric, inside, outsides, weights), rel=tolerance)


SHARE, SHIFT, SEEDS = 0.8, 0.1, 4


def a_run(rng):
    """Terms of the mean AUROC of sets of 30 and 20 images, beside 80 in-distribution ones, in every seed.

    Of the variance of a score, `SHARE` is the image's own and the rest is noise; besides, all in-distribution
    scores of a seed are shifted.
    """
    kinds = [rng.normal(mean, SHARE**0.5, n) for mean, n in ((1, 80), (0, 30), (0.5, 20))]
    seeds = []
    for _ in range(SEEDS):
        inside, *outsides = (of + rng.normal(0, (1 - SHARE) ** 0.5, len(of)) for of in kinds)
        seeds.append(contributions(auroc_parts, inside + rng.normal(0, SHIFT), outsides, [0.5, 0.5]))
    return [np.stack(values) for values in zip(*seeds, strict=True)]


def test_intervals_cover_what_another_run_draws():
    """Other seeds, other images of every set; the true area is found by hand, since all is normal."""
    truth = np.mean([norm.cdf((1 - mean) / (2 + SHIFT**2) ** 0.5) for mean in (0, 0.5)])
    rng = np.random.default_rng(0)
    runs = [a_run(rng) for _ in range(300)]

    def covered(intervals):
        return np.mean([low <= truth <= high for _, low, high in intervals])

    share = covered(interval(terms) for terms in runs)
    assert 0.92 < share < 0.99
    assert covered(interval(terms[:1]) for terms in runs) < share - 0.05     # as if the sets were given
    assert covered(interval([sum(term.mean(1) for term in terms)]) for terms in runs) < share - 0.05


def test_constant_scores_have_no_spread():
    found = contributions(auroc_parts, np.ones(5), [np.ones(4)], [1])
    assert [term.tolist() for term in found] == [[0.5] * 5, [0.0] * 4]
