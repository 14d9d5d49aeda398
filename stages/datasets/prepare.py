"""Writes data/<role>.safetensors from the source that params.yaml names.

    python -m stages.datasets.prepare objects
"""

import difflib
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from stages.core.data import Role, Split, save_role
from stages.core.errors import UserError
from stages.core.params import Section, read
from stages.core.stage import main
from stages.datasets import digits, folder, photos, torchvision_sets


class Images(Section):
    """What every section `data.<role>` has besides its sources."""

    folder: str
    train: Annotated[int, Field(ge=1)]
    test: Annotated[int, Field(ge=1)]


class Objects(Images):
    """Section `data.objects`."""

    shape: ClassVar = (3, 32, 32)
    source: Literal["photos", "cifar10", "folder"]


class Digits(Images):
    """Section `data.digits`."""

    shape: ClassVar = (1, 28, 28)
    source: Literal["digits", "mnist", "folder"]


ROLES = {"objects": Objects, "digits": Digits}
SOURCES = {
    "photos": photos,
    "digits": digits,
    "cifar10": torchvision_sets,
    "mnist": torchvision_sets,
    "folder": folder,
}


def run(role: str):
    if role not in ROLES:
        near = difflib.get_close_matches(role, ROLES, n=1)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        raise UserError(f"there is no data role `{role}`: there are {', '.join(ROLES)}{hint}")
    section = read(f"data.{role}", ROLES[role])
    found = SOURCES[section.source].load(section)
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
    return Split(split.images[chosen], split.labels[chosen])


if __name__ == "__main__":
    main(run)
