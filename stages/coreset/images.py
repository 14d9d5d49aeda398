"""The images of this experiment: as many of a role as section `coreset.data` says, as small as a network
wants them.
"""

from dataclasses import replace

import torch.nn.functional as F

from stages.core.data import Split, load_role
from stages.core.errors import UserError
from stages.core.params import read
from stages.coreset.params import Data


def images(pool):
    """The role, of each split the first images only, `pool` times smaller."""
    given = read("coreset.data", Data)
    role = load_role(given.role)
    return replace(role, train=smaller(role.train.first(given.train, "coreset.data.train"), pool),
                   test=smaller(role.test.first(given.test, "coreset.data.test"), pool))


def smaller(split, pool):
    """A split of uint8 images whose pixels are means of `pool` x `pool`; what is over at the edge is left
    out.
    """
    side = min(split.images.shape[2:])
    if pool > side:
        raise UserError(f"images of {side} pixels cannot be made {pool} times smaller: lower `pool`")
    return Split(F.avg_pool2d(split.images.float(), pool).round().to(split.images), split.labels)
