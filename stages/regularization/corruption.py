"""One corruption of all test images in every severity: data on which all networks are tested.

Hendrycks & Dietterich, ICLR 2019, https://arxiv.org/abs/1903.12261, by the package imagecorruptions
(stages/datasets/corruptions.py). What is drawn for an image depends on its number and the severity only, so
the sets are made by as many processes as there are cores, and are the same bytes by any number of them.
"""

import multiprocessing
import os

import torch

from stages.core.data import load_role
from stages.core.files import save
from stages.core.params import read
from stages.core.stage import main
from stages.datasets.corruptions import check, corrupt_all
from stages.regularization.params import Severities

PART = 100                                                   # images that a process takes at a time


def in_parallel(images, name, severities, processes):
    """uint8 images (n, 3, h, w) with the corruption `name`: severity -> the same shape."""
    tasks = [
        (images[first : first + PART].numpy(), name, severity, first)
        for severity in severities for first in range(0, len(images), PART)
    ]
    with multiprocessing.Pool(processes) as pool:
        parts = pool.starmap(part, tasks, chunksize=1)
    whole = torch.cat([torch.from_numpy(one) for one in parts])
    return dict(zip(severities, whole.split(len(images)), strict=True))


def part(images, name, severity, first):
    """Corrupted images, an array as `images`, of which the first is number `first`."""
    return corrupt_all(images, name, severity, severity, first).numpy()


def run(corruption: str):
    severities = read("regularization.corruption.severities", Severities)
    for severity in severities:
        check(corruption, severity)
    images = load_role("objects").test.images.cpu()
    found = in_parallel(images, corruption, severities, os.cpu_count())
    save(f"data/regularization/corruptions/{corruption}.safetensors",
         {str(severity): found[severity] for severity in severities})


if __name__ == "__main__":
    main(run)
