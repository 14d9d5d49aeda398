"""How networks on `objects` are trained and kept, unless an experiment says otherwise: section `training`."""

from stages.core.compute import facts
from stages.core.data import Batches
from stages.core.files import write_json, write_rows
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


def keep(name, net, history, **numbers):
    """Writes weights, training curve, and what they were computed with; `numbers` go to the latter.

    `name` is the path of the network below models/, metrics/training/ and plots/training/.
    """
    save_net(f"models/{name}.safetensors", net)
    write_rows(f"plots/training/{name}.csv", history)
    parameters = sum(weight.numel() for weight in net.parameters())
    last = {"train_loss": history[-1]["train_loss"], "parameters": parameters}
    write_json(f"metrics/training/{name}.json", facts() | last | numbers)
