"""Metrics of detection against scikit-learn, against loops over all thresholds, and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from stages.ood.detection import all_metrics, aupr, auroc, detection_accuracy, threshold, tnr, tpr_at

# few distinct values: most scores are tied
some_scores = st.lists(st.integers(0, 12).map(lambda i: i / 4), min_size=1, max_size=40)


def labelled(inside, outside):
    """What scikit-learn wants: labels, scores, and weights that make both kinds as heavy."""
    weights = [1 / len(inside)] * len(inside) + [1 / len(outside)] * len(outside)
    return [1] * len(inside) + [0] * len(outside), [*inside, *outside], weights


def rates(inside, outside):
    """(TPR, FPR) at every threshold, by loops: above all scores, at each, as the scores are."""
    thresholds = [np.inf, *sorted({*inside, *outside}, reverse=True)]
    return [(np.mean([s >= t for s in inside]), np.mean([s >= t for s in outside])) for t in thresholds]


@given(some_scores, some_scores)
def test_auroc_is_scikit_learns_and_the_share_of_ordered_pairs(inside, outside):
    labels, scores, _ = labelled(inside, outside)
    assert auroc(inside, outside) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
    pairs = [(a > b) + (a == b) / 2 for a in inside for b in outside]
    assert auroc(inside, outside) == pytest.approx(np.mean(pairs), abs=1e-12)


@given(some_scores, some_scores)
def test_average_precision_is_scikit_learns_with_equal_weights(inside, outside):
    labels, scores, weights = labelled(inside, outside)
    wanted = average_precision_score(labels, scores, sample_weight=weights)
    assert aupr(inside, outside) == pytest.approx(wanted, abs=1e-12)
    flipped = average_precision_score(
        [1 - label for label in labels], [-score for score in scores], sample_weight=weights
    )
    assert all_metrics(np.array(inside), np.array(outside))["aupr_out"] == pytest.approx(flipped, abs=1e-12)


@given(some_scores, some_scores)
def test_detection_accuracy_is_the_best_threshold(inside, outside):
    wanted = max((tpr + 1 - fpr) / 2 for tpr, fpr in rates(inside, outside))
    assert detection_accuracy(inside, outside) == pytest.approx(wanted, abs=1e-12)


@given(some_scores, some_scores)
def test_tnr_is_at_the_threshold_whose_tpr_is_nearest(inside, outside):
    """As calculate_log.py has it: of all thresholds from the lowest on, the first whose TPR is nearest to
    95 %.
    """
    found = rates(inside, outside)[::-1]
    nearest = min(abs(tpr - 0.95) for tpr, _ in found)
    wanted = next(1 - fpr for tpr, fpr in found if abs(abs(tpr - 0.95) - nearest) < 1e-9)
    assert tnr(inside, outside) == pytest.approx(wanted, abs=1e-12)


@given(some_scores, some_scores)
def test_the_roc_curve_is_scikit_learns_between_its_corners(inside, outside):
    labels, scores, _ = labelled(inside, outside)
    fpr, tpr, _ = roc_curve(labels, scores)
    inner = [at for at in np.linspace(0, 1, 12) if np.abs(fpr - at).min() > 1e-9]        # on no step
    found = tpr_at(inner, np.array(inside), np.array(outside))
    assert found == pytest.approx(np.interp(inner, fpr, tpr), abs=1e-12)


def test_tnr_is_that_of_the_papers_script():
    """The counting loop of calculate_log.py: both sorted, the lower score goes first; no ties."""
    rng = np.random.default_rng(0)
    inside, outside = np.sort(rng.normal(1, 1, 60)), np.sort(rng.normal(0, 1, 40))
    k = n = 0
    tp, fp = [60], [40]
    while k < 60 and n < 40:
        if outside[n] < inside[k]:
            n += 1
        else:
            k += 1
        tp.append(60 - k)
        fp.append(40 - n)
    assert tnr(inside, outside) == pytest.approx(1 - fp[np.abs(np.array(tp) / 60 - 0.95).argmin()] / 40)


def test_a_hundred_images_by_hand():
    inside, outside = np.arange(100.0), np.array([-1.0, 4.0, 4.5, 5.0, 50.0])
    assert threshold(inside) == 4                            # 95 of 100 score more
    assert tnr(inside, outside) == pytest.approx(2 / 5)      # 4.0 itself is rejected, 4.5 is not
    assert auroc(inside, outside) == pytest.approx((100 + 95.5 + 95 + 94.5 + 49.5) / 500)


def test_ten_images_have_two_rates_as_near():
    """9 of 10 and 10 of 10 are as near to 95 %: the larger is taken."""
    assert threshold(np.arange(10.0)) == -np.inf


def test_separable_scores():
    wanted = {"auroc": 1, "tnr": 1, "detection_accuracy": 1, "aupr_in": 1, "aupr_out": 1}
    assert all_metrics(np.arange(2.0, 22), np.array([1.0, 0.0, 0.5])) == pytest.approx(wanted)


def test_constant_scores_are_chance():
    """Everything tied: every image is accepted, whatever the order of the files."""
    found = all_metrics(np.ones(20), np.ones(30))
    assert found == pytest.approx(
        {"auroc": 0.5, "tnr": 0, "detection_accuracy": 0.5, "aupr_in": 0.5, "aupr_out": 0.5}
    )


@given(some_scores, some_scores)
def test_turning_scores_around_turns_the_area_around(inside, outside):
    assert auroc(inside, outside) + auroc(outside, inside) == pytest.approx(1, abs=1e-12)


def test_neither_size_nor_order_matters():
    rng = np.random.default_rng(0)
    inside, outside = rng.normal(1, 1, 300).round(1), rng.normal(0, 1, 200).round(1)
    once = all_metrics(inside, outside)
    assert all_metrics(inside, np.repeat(rng.permutation(outside), 3)) == pytest.approx(once, abs=1e-12)
