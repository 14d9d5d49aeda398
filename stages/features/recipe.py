"""What the stages share: names of files, and the part of the training set that they change."""

from stages.core.data import Split, load_role
from stages.core.files import load
from stages.core.params import Count, read


def network_path(name, depth, seed):
    """Where the weights of a network are: the baseline's (`sgd`) or this experiment's."""
    return f"models/resnet{depth}/{name}-{seed}.safetensors"


def set_path(name, depth, seed):
    """Where the constructed set `name` is."""
    return f"data/features/sets/{name}-{depth}-{seed}.safetensors"


def result_path(name, depth, seed):
    """Where the evaluation of a network is."""
    return f"data/features/evaluation/{name}-{depth}-{seed}.safetensors"


def originals():
    """The training images that sets are made of: the first `features.images`."""
    return load_role("objects").train.first(read("features.images", Count), "features.images")


def load_set(name, depth, seed, device):
    """The constructed set `name` as a split, and all its tensors."""
    tensors = {key: tensor.to(device) for key, tensor in load(set_path(name, depth, seed))[0].items()}
    return Split(tensors["images"], tensors["labels"]), tensors
