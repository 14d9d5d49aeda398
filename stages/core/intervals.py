"""An interval for a mean of which everything would be drawn anew in another run: seeds, images, noise.

A term is an array d[seed, i, j, ...] with an axis for everything that is drawn; the effect is the sum over
terms of their means. Each set T of axes has a component v_T of the variance of the effect, and the mean
square of T in the table, over the number of its cells, expects the components of all sets that contain T:
E m_T = sum of v_U, U containing T. From these the components are found, the largest sets first and none below
0; the variance of the effect is their sum, with Satterthwaite's degrees of freedom.

Crossed random effects: Gallas, Bandos, Samuelson & Wagner, Communications in Statistics 2009,
https://doi.org/10.1080/03610920802610084
"""

import numpy as np
from scipy.special import stdtrit

CONFIDENCE = 0.95
TAIL = (1 - CONFIDENCE) / 2


def interval(terms, scale=None):
    """Sum of the means of `terms`, arrays [seed, ...] of float64, and the ends of its 95 % interval.

    `scale` is the largest change that one image (or other unit) can make to its value; it bounds what no
    difference was seen in. Without it, differences that are all equal raise ValueError.
    """
    effect = float(sum(term.mean() for term in terms))
    variance, free = total(mean_squares(terms))
    if variance > (np.finfo(float).eps * max(abs(term).max() for term in terms)) ** 2:
        half = float(stdtrit(free, 1 - TAIL)) * variance**0.5
    elif scale is None:
        raise ValueError("all differences are equal")
    else:
        half = scale * unseen(terms)
    return effect, effect - half, effect + half


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
    free = int(np.prod([size - 1 for size in part.shape if size > 1]))
    return float((part**2).sum()) / part.size / free, free


def parts(term):
    """Set of axes -> what these axes explain of `term` together and not in part; all add up to it."""
    found = {frozenset(): term}
    for axis in range(term.ndim):
        means = {axes: part.mean(axis, keepdims=True) for axes, part in found.items()}
        found = means | {axes | {axis}: part - means[axes] for axes, part in found.items()}
    return found


def total(squares):
    """The variance of the effect, and its degrees of freedom."""
    components, weights = {}, dict.fromkeys(squares, 0.0)
    shares = {}                                     # of each component in terms of the mean squares
    for axes in sorted(squares, key=len, reverse=True):
        above = [other for other in components if other > axes]
        value = squares[axes][0] - sum(components[other] for other in above)
        components[axes] = max(value, 0.0)
        shares[axes] = {}
        if value > 0:
            shares[axes] = {axes: 1.0}
            for other in above:
                for square, share in shares[other].items():
                    shares[axes][square] = shares[axes].get(square, 0.0) - share
    for share in shares.values():
        for square, weight in share.items():
            weights[square] += weight
    variance = sum(components.values())
    spread = sum((weights[axes] * mean) ** 2 / free for axes, (mean, free) in squares.items())
    least = min(free for axes, (_, free) in squares.items() if len(axes) == 1)
    return variance, max(variance**2 / spread if spread else least, least)


def unseen(terms):
    """The share of units, in (0, 1), that may differ though none did: with the largest p, P(none) = 0.025.

    Units are the places of a term's longest axis: an image may have the same fate in all seeds and draws.
    Clopper & Pearson, Biometrika 1934, https://doi.org/10.1093/biomet/26.4.404
    """
    units = min(max(term.shape[1:] or term.shape) for term in terms)
    return 1 - TAIL ** (1 / units)
