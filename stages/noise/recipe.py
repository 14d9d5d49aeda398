"""How every network of this experiment is trained and kept: only the optimizer differs."""

from stages.core import recipe as shared
from stages.core.compute import start
from stages.core.data import load_role
from stages.core.nets import load_net, resnet
from stages.core.params import Depth, Training, read
from stages.core.seeds import each_seed


def train(name, optimizer, after=None):
    """Trains a network on `objects` with `optimizer(net, sgd)` for every seed, and keeps it.

    The same seed gives every network, the baseline too, the same initial weights and the same batches.
    `after(net, batches)` has the last word on a trained network.
    """
    recipe, role = read("training", Training), load_role("objects")
    for seed in each_seed():
        rng = start(seed)
        net = resnet(role, recipe.depth, recipe.width)
        batches = shared.augmented(role.train, recipe, rng)
        stepping = optimizer(net, shared.sgd(net, recipe))
        history = shared.fit(net, batches, recipe, f"{name}, seed {seed}", optimizer=stepping)
        if after:
            after(net, batches)
        shared.keep(f"resnet{recipe.depth}/{name}", seed, net, history)


def trained(name, seed):
    """A network of this experiment, its own or the baseline's, in evaluation mode."""
    return load_net(shared.weights_path(f"resnet{read('training.depth', Depth)}/{name}", seed))
