"""How every network of this experiment is trained and kept: only the optimizer differs."""

from stages.core import recipe as shared
from stages.core.compute import start
from stages.core.data import load_role
from stages.core.nets import resnet
from stages.core.params import Depth, Training, read


def trained(name, seed, optimizer):
    """Trains a network on `objects` with `optimizer(net, sgd)`; returns it, its history and its batches.

    The same seed gives every network, the baseline too, the same initial weights and the same batches.
    """
    recipe = read("training", Training)
    rng = start(seed)
    role = load_role("objects")
    net = resnet(role, recipe.depth, recipe.width)
    batches = shared.augmented(role.train, recipe, rng)
    stepping = optimizer(net, shared.sgd(net, recipe))
    return net, shared.fit(net, batches, recipe, f"{name}, seed {seed}", optimizer=stepping), batches


def keep(name, seed, net, history):
    """Writes weights, training curve and what they were computed with."""
    shared.keep(f"resnet{net.shape['depth']}/{name}-{seed}", net, history)


def kept(name, seed):
    """Where the weights of a network are, its own or the baseline's."""
    return f"models/resnet{read('training.depth', Depth)}/{name}-{seed}.safetensors"
