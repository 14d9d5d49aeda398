"""How well scores tell in- from out-of-distribution images: areas and rates, with ties as they are.

An image is called in-distribution if its score is above a threshold. TPR is the share of n in-distribution
images (`inside`) that are called so, FPR that of m others (`outside`); every distinct score is a threshold,
and so is minus infinity. Scores of equal value fall on the same side, so the order of images never matters.
"""

import numpy as np

TPR = 0.95


def counts(inside, outside):
    """How many images of each kind are called in-distribution, from no image down to the lowest threshold.

    Two integer arrays that begin with 0, one place longer than there are distinct scores.
    """
    values, place = np.unique(np.concatenate([inside, outside]), return_inverse=True)
    called = [
        np.bincount(part, minlength=len(values))[::-1].cumsum()
        for part in (place[: len(inside)], place[len(inside) :])
    ]
    return tuple(np.concatenate([[0], each]) for each in called)


def auroc(inside, outside):
    """Area under the ROC curve: the share of pairs in the right order, a tie being half right."""
    true, false = counts(inside, outside)
    pairs = (np.diff(false) * (true[1:] + true[:-1])).sum() / 2
    return float(pairs / (len(inside) * len(outside)))


def aupr(inside, outside):
    """Average precision in finding `inside`, as if both sets were of the same size, as they are in ODIN's
    tables: whatever is found by chance has 1/2.
    """
    true, false = counts(inside, outside)
    tpr, fpr = true / len(inside), false / len(outside)
    return float((np.diff(tpr) * tpr[1:] / (tpr[1:] + fpr[1:])).sum())


def tnr(inside, outside, tpr=TPR):
    """Share of `outside` rejected at the threshold whose TPR is nearest to `tpr`.

    Of two as near, the larger TPR is taken; of several thresholds with that TPR, the lowest, as
    calculate_log.py of Lee et al. 2018 has it: between two in-distribution scores nothing is rejected.
    """
    return float((np.asarray(outside) <= threshold(inside, tpr)).mean())


def threshold(inside, tpr=TPR):
    """The highest in-distribution score that is rejected, or -inf, so that TPR is nearest to `tpr`."""
    values, sizes = np.unique(inside, return_counts=True)
    called = len(inside) - np.concatenate([[0], sizes.cumsum()])
    gap = np.abs(called - tpr * len(inside))
    return np.concatenate([[-np.inf], values])[np.argmax(gap <= gap.min() + 1e-9)]


def detection_accuracy(inside, outside):
    """The largest mean of TPR and 1 - FPR over all thresholds; ODIN's detection error is 1 minus it."""
    true, false = counts(inside, outside)
    return float((1 + true / len(inside) - false / len(outside)).max() / 2)


def tpr_at(fprs, inside, outside):
    """TPR at each of `fprs`, ascending, between thresholds by a straight line: the ROC curve."""
    true, false = counts(inside, outside)
    return np.interp(fprs, false / len(outside), true / len(inside))


def all_metrics(inside, outside):
    """All of them, by name, in [0, 1]."""
    return {
        "auroc": auroc(inside, outside),
        "tnr": tnr(inside, outside),
        "detection_accuracy": detection_accuracy(inside, outside),
        "aupr_in": aupr(inside, outside),
        "aupr_out": aupr(-np.asarray(outside), -np.asarray(inside)),
    }
