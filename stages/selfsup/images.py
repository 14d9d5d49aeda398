"""The images of this experiment."""

from stages.core.data import load_role
from stages.core.params import read
from stages.selfsup.params import Data


def images():
    """The role with the first of its images only, as section `selfsup.data` says."""
    return load_role("objects").first(read("selfsup.data", Data), "selfsup.data")
