"""The images of this experiment."""

from stages.core.data import load_role
from stages.core.params import Subset, read


def images():
    """The role with the first of its images only, as section `selfsup.data` says."""
    data = read("selfsup.data", Subset)
    return load_role(data.role).first(data, "selfsup.data")
