"""The images of this experiment: as many of a role as section `blockdrop.data` says."""

from stages.core.data import load_role
from stages.core.params import Subset, read


def some_of_role():
    """The role, with the first of its images only."""
    given = read("blockdrop.data", Subset)
    return load_role(given.role).first(given, "blockdrop.data")
