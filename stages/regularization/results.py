"""What the stages left, for tables, figures and claims; s seeds, n test images, c classes.

What is right is 0 or 100, so that means are percent and differences are points.
"""

import numpy as np
import torch

from stages.core.errors import UserError
from stages.core.files import load
from stages.core.results import stacked
from stages.regularization.choice import percent_right
from stages.regularization.paths import NETWORKS, PLAIN, result_path

# network -> how tables and legends call it; the control first
LABELS = {
    "plain": "plain",
    "cutout": "cutout",
    "mixup": "mixup",
    "rotation": "rotation",
    "cutout_mixup": "cutout + mixup",
    "cutout_rotation": "cutout + rotation",
    "mixup_rotation": "mixup + rotation",
    "all": "all three",
}
LONGER = "best", PLAIN                                       # the best combination, and its control


def longer_right(seeds, y):
    """Which test images the networks of `LONGER` get right: (s, n)."""
    z = {
        name: torch.stack([load(result_path("longer", f"{name}-{seed}"))[0]["logits"] for seed in seeds])
        for name in LONGER
    }
    return percent_right(z, y)


def corrupted_right(seeds):
    """Which corrupted images are right: network -> (s, corruptions, severities, n)."""
    return {name: 100 * right for name, right in stacked(result_path("corrupted", "{seed}"), seeds).items()}


def attacked_right(seeds):
    """Which attacked images are right: network -> FGSM (s, epsilons, n), and network -> PGD (s, n)."""
    found = stacked(result_path("attacked", "{seed}"), seeds)
    return [{name: 100 * found[f"{name}.{kind}"] for name in NETWORKS} for kind in ("fgsm", "pgd")]


def swept_right(variants, seeds):
    """Which test images the networks of these variants of the sweep get right: (s, variants, n)."""
    found = [stacked(result_path("sweep", f"{name}-{{seed}}"), seeds)["right"] for name in variants]
    return 100 * np.stack(found, 1)


def mean_corruption_error(right, control):
    """Mean over corruptions of the errors summed over severities, in percent of those of the `control`.

    Hendrycks & Dietterich 2019, section 4; both (s, corruptions, severities, n).
    """
    errors, reference = ((100 - both).mean((0, 3)).sum(1) for both in (right, control))
    if not reference.all():
        raise UserError("the plain network makes no error under a corruption, so others' cannot be "
                        "relative to its: raise `regularization.images`, or take higher severities")
    return float(100 * np.mean(errors / reference))
