"""What the stages share: networks that paint, the one that judges, images to begin with, what is kept."""

import torch

from stages.core.data import unit
from stages.core.files import save
from stages.core.measurements import record
from stages.core.nets import fused, load_net
from stages.core.params import Depth, read
from stages.core.recipe import weights_path
from stages.core.seeds import listed

PAINTERS = ["robust", "standard"]
SHOWN = 5                        # images of each class that are kept for figures


def painters(seed):
    """The networks that paint."""
    paths = {"robust": "robust", "standard": f"resnet{read('robust.depth', Depth)}/sgd"}
    return {name: fused(load_net(weights_path(path, seed))) for name, path in paths.items()}


def judge_of(seed):
    """The network that judges what those of a seed paint."""
    return load_net(weights_path("judge/objects", seed))


def peer_of(seed, few):
    """The robust network of the next of the first `few` seeds, after the last of the first one."""
    seeds = listed(few)
    return load_net(weights_path("robust", seeds[(seeds.index(seed) + 1) % len(seeds)]))


def evenly(split, each, name):
    """The first `each` images of every class, as floats in [0, 1], class by class, and their labels."""
    chosen = split.of_each(each, classes(split), name)
    return unit(split.images[chosen]), split.labels[chosen]


def classes(split):
    """How many classes a split has."""
    return int(split.labels.max()) + 1


def by_image(axis, measurements):
    """A measurement of each image, of all pictures (`network`) or of those of networks (`painter`)."""
    return f"{axis} image", torch.stack(list(measurements))


def keep(task, seed, each, pictures, arrays, **places):
    """Records what was measured, and keeps some of `pictures`, name -> `each` images of every class.

    Along the axis `network` of what is measured stand all pictures, along `painter` what networks made.
    """
    record(f"data/synthesis/measured/{task}/{seed}.safetensors", arrays, network=list(pictures),
           painter=PAINTERS, **places)
    save(pictures_path(task, seed), {name: shown(images, each) for name, images in pictures.items()})


def shown(images, each):
    """Of `each` images of every class the first few, in 8 bits: (classes, few, c, h, w)."""
    return (255 * images.unflatten(0, (-1, each))[:, :SHOWN]).round().byte()


def pictures_path(task, seed):
    """Where the pictures for figures are."""
    return f"data/synthesis/pictures/{task}/{seed}.safetensors"
