"""What the stages left, for tables, figures and claims; s seeds, n test images, c classes.

What is right is 0 or 100, so that means are percent and differences are points.
"""

import numpy as np
import torch

from stages.core.data import load_role
from stages.core.files import load
from stages.core.results import stacked
from stages.regularization.paths import NETWORKS, result_path

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
LONGER = {"best": "best combination, longer", "plain": "plain, longer"}


def labels():
    """Labels of the test images, (n,), on the CPU."""
    return load_role("objects").test.labels.cpu()


def clean_logits(seeds):
    """Logits of the test images: network -> float32 tensor (s, n, c)."""
    runs = [load(result_path("clean", seed))[0] for seed in seeds]
    return {name: torch.stack([run[name] for run in runs]) for name in NETWORKS}


def percent_right(logits, y):
    """Which of logits (s, n, c) are right, by name: (s, n)."""
    return {name: 100 * (z.argmax(-1) == y).double().numpy() for name, z in logits.items()}


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


def swept_right(method, seeds):
    """Which test images each value of a sweep gets right: (s, values, n)."""
    return 100 * stacked(result_path("sweeps", f"{method}-{{seed}}"), seeds)["right"]


def best(right, names):
    """The one of `names` that gets most of the first half of the images right; `right` is (s, n) by name.

    What is said of it is then counted on the second half: who is chosen by some images is too good on them.
    """
    return max(names, key=lambda name: first_half(right[name]).mean())


def first_half(right):
    """Of (..., n), what the best is chosen by; the data stage has shuffled the images."""
    return right[..., : right.shape[-1] // 2]


def second_half(right):
    """Of (..., n), what the best is counted on."""
    return right[..., right.shape[-1] // 2 :]


def mean_corruption_error(right, control):
    """Mean over corruptions of the errors summed over severities, in percent of those of the `control`.

    Hendrycks & Dietterich 2019, section 4; both (s, corruptions, severities, n).
    """
    errors, reference = (100 - both.mean((0, 3)) for both in (right, control))
    return float(100 * np.mean(errors.sum(1) / reference.sum(1)))
