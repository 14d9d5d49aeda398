"""The test images that networks see corrupted and attacked, where all would take long."""

from stages.core.data import load_role
from stages.core.errors import UserError
from stages.core.params import Count, read


def tested():
    """The first `regularization.images` of the test images."""
    test, wanted = load_role("objects").test, read("regularization.images", Count)
    if wanted > len(test):
        raise UserError(f"`regularization.images` is {wanted}, but `objects` has {len(test)} test images: "
                        "lower it, or raise data.objects.test")
    return test.part(0, wanted)
