"""Two classes of `objects` as a data set of their own, with labels 0 and 1."""

import torch

from stages.core.data import Role, Split
from stages.core.errors import UserError


def labels_of(role, pair, name):
    """The labels in `role` of two classes, int64 (2,); the parameter `name` asks for them."""
    for one in pair:
        if one not in role.classes:
            known = ", ".join(role.classes)
            raise UserError(f"`{name}` has {one!r}, but the classes of `objects` are {known}")
    return torch.tensor([role.classes.index(one) for one in pair], device=role.train.labels.device)


def narrowed(role, pair, name):
    """A role with the images of two classes."""
    labels = labels_of(role, pair, name)

    def of_pair(split):
        kept = (split.labels[:, None] == labels).any(1)
        return Split(split.images[kept], (split.labels[kept] == labels[1]).long())

    return Role(of_pair(role.train), of_pair(role.test), list(pair), role.source)
