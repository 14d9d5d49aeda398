"""What each image contributes to a metric of detection, so that claims can be tested image by image.

A mean over images has an interval at once; AUROC is a mean over pairs. DeLong, DeLong, Clarke-Pearson,
Biometrics 1988, https://doi.org/10.2307/2531595, write its error as a sum over images (their V10 and V01):

    AUROC' - AUROC  ~  mean over inside of (V10 - AUROC)  +  mean over outside of (V01 - AUROC)

V10 of an in-distribution image is the share of the others that score below it, V01 of one of the others the
share of in-distribution images above it. Of TNR at 95 % TPR, likewise: a rejected image contributes 1 - TNR,
one that is not -TNR, and in-distribution images move the threshold; the slope of the ROC curve there says by
how much. Scaled by N images of all kinds over those of its own kind, the contributions plus the metric are
values whose mean is the metric and whose bootstrap is that of drawing from each kind of image.
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


def contributions(parts, inside, outsides, weights):
    """Values of all images (n + m_1 + m_2 + ...), whose mean is the weighted sum of a metric over sets.

    `parts` is `auroc_parts` or `tnr_parts`, `outsides` a list of sets, `weights` a number for each.
    """
    found = [parts(inside, outside) for outside in outsides]
    total = sum(weight * metric for weight, (metric, _, _) in zip(weights, found, strict=True))
    shared = sum(weight * own for weight, (_, own, _) in zip(weights, found, strict=True))
    n = len(inside) + sum(map(len, outsides))
    return total + np.concatenate([
        shared * n / len(inside),
        *(weight * own * n / len(own) for weight, (_, _, own) in zip(weights, found, strict=True)),
    ])
