"""An interval for a mean of which everything would be drawn anew in another run: seeds, images, noise.

A term is an array d[seed, i, j, ...] with an axis for everything that is drawn; the effect is the sum over
terms of their means. Each set T of axes adds a component v_T to the variance of the effect, and the mean
square of T in the table, over the number of its cells, expects the components of all sets that contain T:

    E m_T = sum of v_U, U containing T;    variance of the effect = sum of all v_T

Crossed random effects: Gallas, Bandos, Samuelson & Wagner, Communications in Statistics 2009,
https://doi.org/10.1080/03610920802610084. What differs, and how often the interval covers the truth, is in
docs/statistics.md; the numbers below were chosen there.
"""

import math

import numpy as np
from scipy.special import ndtri, stdtrit

CONFIDENCE = 0.95
TAIL = (1 - CONFIDENCE) / 2
NORMAL = float(ndtri(1 - TAIL))

DOUBT = 6                        # a component below 0 counts by f^2 / (f^2 + DOUBT), f degrees of freedom
POWER = 1.25                     # of a share of the variance, in what Student's quantile adds to the normal's
FEW = 30                         # of fewer images than these, skewness says nothing
RARE = 15                        # if fewer images differ, there may be others that were not seen
ROUNDING = 1e-12                 # a deviation of this share of the largest value is none


def interval(terms, scale=None):
    """Sum of the means of `terms`, arrays [seed, ...] of float64, and the ends of its 95 % interval.

    `scale` is the largest change that one image (or other unit) can make to its value; it bounds what was not
    seen where few images or none differ. Without it, differences that are all equal raise ValueError.
    """
    if min(size for term in terms for size in term.shape) < 2:
        raise AssertionError(f"an axis of one place says nothing of its variance: {[t.shape for t in terms]}")
    effect = float(sum(term.mean() for term in terms))
    squares, images = mean_squares(terms), deviations(terms)
    varies = largest(squares) ** 0.5 > ROUNDING * max(float(abs(term).max()) for term in terms)
    if not varies and scale is None:
        raise ValueError("all differences are equal")
    below, above = reach(*spread(squares), np.concatenate([*images, [0]])) if varies else (0.0, 0.0)
    least = scale * unseen(terms) if scale is not None else 0.0
    if min(below, above) < least and (not varies or (len(images) == len(terms) and differing(images) < RARE)):
        below, above = max(below, least), max(above, least)
    return effect, effect - below, effect + above


def mean_squares(terms):
    """Set of axes -> (mean square over the number of cells, degrees of freedom).

    The axis of seeds, 0, is the same in all terms; the others are (term, axis).
    """
    found, seeds = {}, 0
    for number, term in enumerate(terms):
        for axes, part in parts(term).items():
            if axes == {0}:
                seeds = seeds + part.ravel()
            elif axes:
                found[frozenset((number, axis) if axis else 0 for axis in axes)] = mean_square(part)
    return found | {frozenset({0}): mean_square(seeds)}


def mean_square(part):
    """Of the deviations that belong to one set of axes: (mean square over number of cells, freedom)."""
    free = math.prod(size - 1 for size in part.shape if size > 1)
    return float((part**2).sum()) / part.size / free, free


def parts(term):
    """Set of axes -> what these axes explain of `term` together and not in part; all add up to it."""
    found = {frozenset(): term}
    for axis in range(term.ndim):
        means = {axes: part.mean(axis, keepdims=True) for axes, part in found.items()}
        found = means | {axes | {axis}: part - means[axes] for axes, part in found.items()}
    return found


def largest(squares):
    """The largest of the mean squares; the variance of the effect is expected to be no less."""
    return max(mean for mean, _ in squares.values())


def spread(squares):
    """The variance of the effect, and how many of its roots the interval reaches to either side.

    Components are found from the largest sets down, none below 0; what is missing to 0 is taken from their
    sum as far as it is more than chance. The quantile is the normal one, and more where the variance rests on
    single axes: by what Student's quantile with their degrees of freedom is more, in quadrature.
    """
    components, beyond, missing = {}, {}, 0.0
    for axes in sorted(squares, key=len, reverse=True):
        mean, free = squares[axes]
        beyond[axes] = sum(components[other] for other in components if other > axes)
        components[axes] = max(mean - beyond[axes], 0.0)
        missing += max(beyond[axes] - mean, 0.0) * free**2 / (free**2 + DOUBT)
    variance = max(sum(components.values()) - missing, largest(squares) / 4)
    extra = 0.0
    for axes, (mean, free) in squares.items():
        if len(axes) == 1 and mean:
            share = (mean / variance) ** POWER * mean / max(mean, beyond[axes])
            extra += (share * (stdtrit(free, 1 - TAIL) - NORMAL)) ** 2
    return variance, float(NORMAL + extra**0.5)


def deviations(terms):
    """What each place of a term's longest axis (images) adds to the effect; terms with few are left out."""
    found = []
    for term in terms:
        longest = max(range(1, term.ndim), key=lambda axis: term.shape[axis], default=0)
        if longest and term.shape[longest] >= FEW:
            means = term.mean(tuple({*range(term.ndim)} - {longest}))
            found.append((means - means.mean()) / len(means))
    return found


def differing(images):
    """How many images are not like most, in all terms."""
    return sum(int((each != np.median(each)).sum()) for each in images)


def reach(variance, quantile, deviations):
    """How far the interval reaches below and above the effect: farther where rare images would move it.

    Effect and estimated variance vary together as the third moment says: if the truth is at a distance x from
    the effect, the variance there is variance + x third / variance, and the ends are where x^2 is quantile^2
    times that. The nearer one moves in only by as much as the third moment is more than chance.
    """
    cubes = deviations * deviations * deviations
    third, chance = float(cubes.sum()), float((cubes * cubes).sum())
    shift = quantile**2 * third / variance / 2
    half = (quantile**2 * variance + shift**2) ** 0.5
    sure = max(0.0, 1 - NORMAL**2 * chance / third**2) if third else 0.0
    farther, nearer = half + abs(shift), half - sure * abs(shift)
    return (nearer, farther) if shift > 0 else (farther, nearer)


def unseen(terms):
    """The share of units, in (0, 1), that may differ though none did: with the largest p, P(none) = 0.025.

    Units are the places of a term's longest axis: an image may have the same fate in all seeds and draws.
    Clopper & Pearson, Biometrika 1934, https://doi.org/10.1093/biomet/26.4.404
    """
    units = min(max(term.shape[1:] or term.shape) for term in terms)
    return 1 - TAIL ** (1 / units)
