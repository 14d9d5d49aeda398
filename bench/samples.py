"""Runs drawn from a known truth: the terms of a claim, with an axis of runs in front, then of seeds."""

import numpy as np
from scipy.special import ndtr, ndtri

from stages.ood.influence import auroc_parts, tnr_parts

AXES = "sid"                     # seeds, images, draws


def along(axes, shape):
    """`shape` with one place in the axes that are not named: ("sd", (3, 100, 10)) -> (3, 1, 10)."""
    return tuple(n if axis in axes else 1 for axis, n in zip(AXES, shape, strict=False))


def normal(rng, runs, shape, **components):
    """One term, mean 0: a residual, and what varies along some axes, by what it adds to the mean's variance.

    1 is what the residual adds; `sd=5`: seeds and draws together add five times as much.
    """
    found = rng.standard_normal((runs, *shape))
    for axes, size in components.items():
        places = along(axes, shape)
        deviation = (size * np.prod(places) / np.prod(shape)) ** 0.5
        found += deviation * rng.standard_normal((runs, *places))
    return [found]


def correlated(rng, runs, shape, correlation, seeds):
    """As `normal`, seeds adding `seeds`, where the differences of an image correlate between seeds."""
    return normal(rng, runs, shape, i=shape[0] * correlation / (1 - correlation), s=seeds)


def fates(rng, runs, shape, correlation):
    """Uniform numbers in [0, 1); those of an image are the same with probability `correlation`."""
    own = rng.random((runs, *shape), np.float32)
    shared = rng.random((runs, *along("i", shape)), np.float32)
    return np.where(rng.random((runs, *shape), np.float32) < correlation**0.5, shared, own)


def balanced(rng, runs, shape, apart, better, correlation, seeds, draws=0.0):
    """One term of -1, 0, +1, as two networks that are right or wrong on the same images; mean apart * better.

    `apart` is the share that is not 0; `better` deviates by `seeds` from seed to seed, and by `draws` from
    draw to draw of a seed.
    """
    better = better + seeds * bounded(rng, (runs, *along("s", shape)))
    better = better + draws * bounded(rng, (runs, *along("sd", shape)))
    fate = fates(rng, runs, shape, correlation)
    return [(fate < apart * (1 + better) / 2) - (fate > 1 - apart * (1 - better) / 2).astype(float)]


def bounded(rng, shape):
    """Normal numbers, those beyond 2.5 moved there: shares that follow them stay in [0, 1]."""
    return rng.standard_normal(shape).clip(-2.5, 2.5)


def rare(rng, runs, shape, share, correlation):
    """One term of 0 and 1, mean `share`."""
    return [(fates(rng, runs, shape, correlation) < share).astype(float)]


def unpaired(rng, runs, seeds, correlation, spread):
    """Two terms, mean 0 in all: right or wrong by one network on 200 images, by another on 300, subtracted.

    Both are right on 80 %, deviating by `spread` from seed to seed, in opposite directions.
    """
    shift = spread * bounded(rng, (runs, seeds, 1))
    return [
        sign * (fates(rng, runs, (seeds, n), correlation) < 0.8 + sign * shift).astype(float)
        for n, sign in ((200, 1), (300, -1))
    ]


def scores(parts, rng, runs, seeds, apart, correlation, spread):
    """Two terms: a metric of detection as values of 300 images inside and 200 outside, by influence.

    Scores are normal, `apart` standard deviations from each other, deviating by `spread` from seed to seed.
    """
    inside, outside = (
        correlated(rng, runs, (seeds, n), correlation, 0)[0] * (1 - correlation) ** 0.5 for n in (300, 200)
    )
    inside += apart + spread * rng.standard_normal((runs, seeds, 1))
    pairs = [zip(*run, strict=True) for run in zip(inside, outside, strict=True)]
    found = [[parts(*pair) for pair in run] for run in pairs]
    return [
        np.array([[metric + own for metric, own, _ in run] for run in found]),
        np.array([[own for _, _, own in run] for run in found]),
    ]


def auroc(rng, runs, **settings):
    return scores(auroc_parts, rng, runs, **settings)


def tnr(rng, runs, **settings):
    return scores(tnr_parts, rng, runs, **settings)


def true_auroc(apart, spread):
    """What `auroc` is on average over all seeds and images."""
    return float(ndtr(apart / (2 + spread**2) ** 0.5))


def true_tnr(apart, spread):
    """What `tnr` is on average over all seeds, with images without number."""
    return float(ndtr((apart + ndtri(0.05)) / (1 + spread**2) ** 0.5))
