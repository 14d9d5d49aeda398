"""The images of this experiment: as many of a role as section `blockdrop.data` says."""

from dataclasses import replace

from stages.blockdrop.params import Data
from stages.core.data import load_role
from stages.core.params import read


def some_of_role():
    """The role, with the first of its images only."""
    given = read("blockdrop.data", Data)
    role = load_role(given.role)
    return replace(role, train=role.train.first(given.train, "blockdrop.data.train"),
                   test=role.test.first(given.test, "blockdrop.data.test"))
