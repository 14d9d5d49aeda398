"""What the stages share: names of networks, test sets, and the part of `objects` that is in-distribution."""

from stages.core.compute import device
from stages.core.data import Split, load_role
from stages.core.errors import UserError
from stages.core.files import load

INSIDE = "inside"                # the name of the in-distribution test images among the sets
SCORES = {"max_softmax": "maximum softmax", "odin": "ODIN", "energy": "energy"}
SETS_PATH = "data/ood/sets.safetensors"
OUTLIERS_PATH = "data/ood/outliers.safetensors"
KNOWN = "ood/known"              # below models/


def capacity_name(network):
    """Where a network of another size than the baseline is, below models/."""
    return f"ood/capacity/{network}"


def finetuned_name(network):
    """Where a network is that was trained on from `KNOWN`, below models/."""
    return f"ood/finetuned/{network}"


def resized(recipe, network):
    """The recipe of the baseline with the size that the name of a network says: depth_14, width_4."""
    what, number = network.split("_")
    return recipe.model_copy(update={what: int(number)})


def known_role(classes):
    """The role `objects` with its first classes only."""
    role = load_role("objects")
    if classes >= len(role.classes):
        raise UserError(
            f"`ood.known.classes` is {classes}, but `objects` has {len(role.classes)} classes, and some must "
            "be left to be out-of-distribution: lower it"
        )
    return role.known(classes)


def other_images(classes):
    """The test images of the other classes of `objects`."""
    test = load_role("objects").test
    return test.images[test.labels >= classes]


def load_sets():
    """The out-of-distribution test sets: name -> uint8 images (n, 3, h, w), on the device."""
    images, facts = load(SETS_PATH)
    return {name: images[name].to(device) for name in facts["sources"]}


def load_outliers():
    """The outliers as a split, and the names of their classes."""
    tensors, facts = load(OUTLIERS_PATH)
    return Split(tensors["images"].to(device), tensors["labels"].to(device)), facts["classes"]
