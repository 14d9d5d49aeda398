"""How networks on `objects` are trained and kept, unless an experiment says otherwise: section `training`."""

from stages.core.data import Batches
from stages.core.histories import keep_history
from stages.core.nets import save_net
from stages.core.progress import progress
from stages.core.train import SGD, cross_entropy, training


def augmented(split, recipe, rng):
    """Batches of a split, shifted and mirrored as `recipe` says."""
    return Batches(split, recipe.batch_size, rng, recipe.pad, recipe.flip)


def sgd(net, recipe):
    """Stochastic gradient descent with the learning rate, momentum and weight decay of `recipe`."""
    return SGD(net.parameters(), recipe.lr, recipe.momentum, weight_decay=recipe.weight_decay)


def fit(net, batches, recipe, title, loss=cross_entropy, optimizer=None):
    """Trains `net` for the epochs of `recipe`, by `sgd` unless another optimizer is given; returns its
    history.
    """
    epochs = training(net, batches, loss, optimizer or sgd(net, recipe), recipe.epochs)
    return list(progress(epochs, recipe.epochs, title))


def weights_path(name, seed):
    """Where the weights of a network are; `name` is its path below models/."""
    return f"models/{name}/{seed}.safetensors"


def keep(name, seed, net, history):
    """Writes the weights of a network, and how it was trained: data/training/<name>/<seed>.safetensors."""
    save_net(weights_path(name, seed), net)
    keep_history(name, seed, history, parameters=sum(weight.numel() for weight in net.parameters()))
