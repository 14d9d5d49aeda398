"""Scores of networks whose areas are known, for tests of claims and tables."""

import numpy as np
import xarray as xr

from stages.ood.recipe import INSIDE, SCORES
from stages.ood.results import SETS

SEEDS = [1, 2, 3]
SIZES = {name: 100 * (1 + i % 3) for i, name in enumerate(SETS)}      # images of the sets differ


def below(percent, n):
    """Scores (seeds, n) of images of which so many percent are below all in-distribution scores.

    That is their AUROC and their TNR; seeds have one percent less, none and one more.
    """
    return np.stack([np.where(np.arange(n) < n * (percent + more) / 100, -1.0, 2.0) for more in (-1, 0, 1)])


def network(*percent, right=80.0, **named):
    """One network: its AUROC in percent, one for all scores or one for each, or by name of a set."""
    by_score = dict(zip(SCORES, percent if len(percent) == 3 else percent * 3, strict=True))
    inside = np.broadcast_to(np.linspace(0, 1, 100), (len(SCORES), len(SEEDS), 100))
    found = {INSIDE: (("score", "seed", f"{INSIDE}_image"), inside)} | {
        name: (("score", "seed", f"{name}_image"),
               np.stack([below(named.get(name, one), n) for one in by_score.values()]))
        for name, n in SIZES.items()
    }
    found["right"] = (("seed", f"{INSIDE}_image"), np.full((len(SEEDS), 100), right))
    return xr.Dataset(found, {"score": list(SCORES), "seed": SEEDS})


def group(networks):
    """The Dataset of several, by name."""
    return xr.concat([one.assign_coords(network=name) for name, one in networks.items()], "network")
