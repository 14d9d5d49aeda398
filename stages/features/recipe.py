"""What the stages share: where networks and sets are, and the training images that sets are made of."""

from stages.core.data import Split, load_role
from stages.core.files import load
from stages.core.nets import load_net
from stages.core.params import Count, Depth, read
from stages.core.recipe import weights_path


def kept(name):
    """The path of a network below models/ and data/training/: a shared one or this experiment's."""
    shared = {"sgd": f"resnet{read('robust.depth', Depth)}/sgd", "robust": "robust"}
    return shared.get(name, f"features/{name}")


def trained(name, seed):
    """A network in evaluation mode."""
    return load_net(weights_path(kept(name), seed))


def originals():
    """The training images that sets are made of: the first `features.images`."""
    return load_role("objects").train.first(read("features.images", Count), "features.images")


def set_path(name, seed):
    """Where the constructed set `name` is."""
    return f"data/features/sets/{name}/{seed}.safetensors"


def seen_path(name, seed):
    """Where it is recorded what networks make of the constructed set `name`."""
    return f"data/features/seen/{name}/{seed}.safetensors"


def load_set(name, seed, device):
    """The constructed set `name` as a split, and all its tensors."""
    tensors = {key: tensor.to(device) for key, tensor in load(set_path(name, seed))[0].items()}
    return Split(tensors["images"], tensors["labels"]), tensors
