"""What the measuring stages left, for tables, figures and claims."""

import numpy as np

from stages.core.files import load
from stages.core.results import averaged, stacked
from stages.features.recipe import result_path, set_path

# name -> how tables and legends call it; the control first
NETWORKS = {
    "sgd": "standard",
    "robust": "adversarially trained",
    "on_rand": "on D_rand",
    "on_det": "on D_det",
    "on_robust": "on the robust set",
    "on_robust_noise": "on the robust set from noise",
    "on_standard": "on the standard network's set",
}
NONROBUST = {"rand": "D_rand", "det": "D_det"}
INVERTED = {
    "robust": "robust network, from images",
    "robust_noise": "robust network, from noise",
    "standard": "standard network, from images",
}


def evaluations(depth, seeds):
    """Which test images are right: network -> `clean` (s, n) and `attacked` (s, epsilons, n), as 0 or 1."""
    return {name: stacked(result_path(name, depth, "{seed}"), seeds) for name in NETWORKS}


def recognised(depth, seeds):
    """Which images the network that had no part in them takes for what they shall be: set -> (s, images)."""
    return {
        name: np.stack([load(set_path(name, depth, seed))[0]["recognised"].numpy() for seed in seeds])
        for name in INVERTED
    }


def sets(depth, seeds):
    """The metrics of every set: set -> name -> mean over the seeds."""
    return {
        name: averaged(f"metrics/features/sets/{name}-{depth}-{{seed}}.json", seeds)
        for name in (*NONROBUST, *INVERTED)
    }
