"""What each image contributes to a metric of detection, so that claims can be tested on images that are
drawn.

A mean over images has an interval at once; AUROC is a mean over pairs. DeLong, DeLong, Clarke-Pearson,
Biometrics 1988, https://doi.org/10.2307/2531595, write its error as a sum over images (their V10 and V01):

    AUROC' - AUROC  ~  mean over inside of (V10 - AUROC)  +  mean over outside of (V01 - AUROC)

V10 of an in-distribution image is the share of the others that score below it, V01 of one of the others the
share of in-distribution images above it. Of TNR at 95 % TPR, likewise: a rejected image contributes 1 - TNR,
one that is not -TNR, and in-distribution images move the threshold; the slope of the ROC curve there says by
how much. So a metric, and likewise a weighted sum of it over sets, is a sum of means, one over
in-distribution images and one over those of each set: the terms of an interval (stages/core/intervals.py).
"""

import numpy as np

from stages.ood.detection import TPR, auroc, threshold, tnr

REACH = 0.025                    # of TPR, on both sides of 95 %, over which the slope is taken


def auroc_parts(inside, outside):
    """AUROC, and what each image of `inside` (n,) and `outside` (m,) contributes; each sums to 0."""
    area = auroc(inside, outside)
    return area, share_below(outside, inside) - area, 1 - share_below(inside, outside) - area


def share_below(values, at):
    """The share of `values` below each of `at`, counting half of those that are equal."""
    ordered = np.sort(values)
    places = np.searchsorted(ordered, at, "left") + np.searchsorted(ordered, at, "right")
    return places / 2 / len(ordered)


def tnr_parts(inside, outside):
    """TNR at 95 % TPR, and what each image contributes, as in `auroc_parts`."""
    t = threshold(inside)
    rejected, missed = (np.asarray(outside) <= t).astype(float), (np.asarray(inside) <= t).astype(float)
    slope = (tnr(inside, outside, TPR - REACH) - tnr(inside, outside, TPR + REACH)) / (2 * REACH)
    return rejected.mean(), -slope * (missed - missed.mean()), rejected - rejected.mean()


PARTS = {"auroc": auroc_parts, "tnr": tnr_parts}


def contributions(parts, inside, outsides, weights):
    """Arrays whose means add up to the weighted sum of a metric over sets: of in-distribution images (n,),
    which all sets share, then of those of each set (m_1,), (m_2,), ...

    `parts` is `auroc_parts` or `tnr_parts`, `outsides` a list of sets, `weights` a number for each.
    """
    found = [parts(inside, outside) for outside in outsides]
    shared = sum(weight * (metric + own) for weight, (metric, own, _) in zip(weights, found, strict=True))
    return [shared, *(weight * other for weight, (_, _, other) in zip(weights, found, strict=True))]


def terms(metric, inside, outsides, weights):
    """The same of all seeds and in percent, by the name of a metric in PARTS: DataArrays (seed, image), of
    scores that are DataArrays with an axis `seed`.
    """
    from xarray import DataArray

    kinds = [scores.transpose("seed", ...).to_numpy() for scores in (inside, *outsides)]
    seeds = [contributions(PARTS[metric], own, others, weights) for own, *others in zip(*kinds, strict=True)]
    return [
        DataArray(100 * np.stack(values), {"seed": inside.seed}, ("seed", "image"))
        for values in zip(*seeds, strict=True)
    ]
