"""The test images that networks see corrupted and attacked, where all would take long."""

from stages.core.data import load_role
from stages.core.params import Count, read


def tested():
    """The first `regularization.images` of the test images."""
    return load_role("objects").test.first(read("regularization.images", Count), "regularization.images")
