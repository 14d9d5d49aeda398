"""Who is the best? Chosen by one half of the test images, counted on the other: s seeds, n images, c classes.

Who is chosen by some images is too good on them. What is right is 0 or 100: means are percent.
"""

import torch

from stages.core.data import load_role
from stages.core.files import load
from stages.regularization.paths import NETWORKS, result_path


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


def best(right, names):
    """The one of `names` that gets most of the first half of the images right; `right` is (s, n) by name."""
    return max(names, key=lambda name: first_half(right[name]).mean())


def first_half(right):
    """Of (..., n), what the best is chosen by; the data stage has shuffled the images."""
    return right[..., : right.shape[-1] // 2]


def second_half(right):
    """Of (..., n), what the best is counted on."""
    return right[..., right.shape[-1] // 2 :]
