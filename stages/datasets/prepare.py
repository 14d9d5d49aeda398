"""Writes data/<role>.safetensors from the source that params.yaml names.

    python -m stages.datasets.prepare objects
"""

import numpy as np

from stages.core.data import Role, save_role
from stages.core.errors import UserError
from stages.core.params import among, read
from stages.core.stage import main
from stages.datasets import (
    digits,
    faces,
    folder,
    photos,
    pictures,
    tiles,
    torchvision_sets,
    torchvision_tests,
    unlabelled,
)
from stages.datasets.params import ROLES, Unlabelled

LABELLED = {
    "photos": photos,
    "digits": digits,
    "tiles": tiles,
    "cifar10": torchvision_sets,
    "cifar100": torchvision_sets,
    "mnist": torchvision_sets,
    "fashion_mnist": torchvision_sets,
    "folder": folder,
}
UNLABELLED = {
    "textures": pictures,
    "scenes": pictures,
    "pages": pictures,
    "faces": faces,
    "dtd": torchvision_tests,
    "svhn": torchvision_tests,
    "folder": unlabelled,
}


def run(role: str):
    if role not in ROLES:
        raise UserError(f"there is no data role `{role}`{among(role, ROLES)}")
    section = read(f"data.{role}", ROLES[role])
    sources = UNLABELLED if isinstance(section, Unlabelled) else LABELLED
    found = sources[section.source].load(section)
    train, test = sample(found.train, section.train, seed=0), sample(found.test, section.test, seed=1)
    save_role(role, Role(train, test, found.classes, found.source))
    print(f"{role}: {len(train)} training and {len(test)} test images, {found.source}")


def sample(split, most, seed):
    """At most `most` images of `split`, in a random order, as evenly from all classes as they allow."""
    order = np.random.default_rng(seed).permutation(len(split))
    labels = split.labels.numpy()[order]
    by_class = np.argsort(labels, kind="stable")
    first = np.searchsorted(labels[by_class], labels[by_class])
    turn = np.empty_like(order)                  # 0 for the first image of each class, 1 for the second, ...
    turn[by_class] = np.arange(len(order)) - first
    chosen = order[np.sort(np.lexsort((labels, turn))[:most])]
    return split.at(chosen)


if __name__ == "__main__":
    main(run)
