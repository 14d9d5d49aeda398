"""The images of this experiment: as many of a role as section `coreset.data` says, as small as a network
wants them.
"""

from dataclasses import replace

from stages.core.data import load_role
from stages.core.params import Subset, read


def images(pool):
    """The role, of each split the first images only, `pool` times smaller."""
    given = read("coreset.data", Subset)
    role = load_role(given.role).first(given, "coreset.data")
    return replace(role, train=role.train.smaller(pool), test=role.test.smaller(pool))
