"""The images of this experiment: those of a role, the few that have labels, and unlabelled ones of which some
are of classes that no label names.
"""

from dataclasses import replace

import torch

from stages.core.data import load_role
from stages.core.errors import UserError


def images(data):
    """The role, of each split the first images only, made smaller, as section `mixmatch.data` says."""
    role = load_role(data.role).first(data, "mixmatch.data")
    return replace(role, train=role.train.smaller(data.pool), test=role.test.smaller(data.pool))


def labelled(split, number, classes, rng):
    """So many images, of every class as many; with the same `rng`, fewer are among more."""
    if number % classes:
        raise UserError(f"{number} labels are not a multiple of {classes} classes, which have as many each: "
                        "mend `mixmatch`")
    each, places = number // classes, []
    for label in range(classes):
        of_class = (split.labels == label).nonzero()[:, 0]
        if len(of_class) < each:
            raise UserError(f"{each} labels of a class are wanted, but there are {len(of_class)} images of "
                            f"class {label}: lower the numbers of labels, or raise `mixmatch.data.train`")
        places.append(shuffled(of_class, rng)[:each])
    return split.at(torch.cat(places))


def shuffled(places, rng):
    """A tensor (n,) in another order."""
    return places[torch.from_numpy(rng.permutation(len(places))).to(places.device)]


def unlabelled(split, known, share, rng):
    """As many images for every share: of classes from `known` on that share, else of those before."""
    masks = split.labels < known, split.labels >= known
    parts = [shuffled(mask.nonzero()[:, 0], rng) for mask in masks]
    n = min(map(len, parts))
    others = round(share * n)
    return split.at(torch.cat([parts[0][: n - others], parts[1][:others]]))
