"""How networks are trained with any of the three methods."""

import numpy as np
from torch import nn

from stages.core.compute import noted, start
from stages.core.cutout import Cut
from stages.core.mixup import Mixed, mixup
from stages.core.nets import resnet
from stages.core.recipe import augmented, fit, sgd
from stages.core.train import cross_entropy
from stages.regularization.rotation import rotation_head, with_rotation

DRAWS = {"cutout": 1, "mixup": 2}        # own random numbers for each method: all have the same batches


def trained(role, recipe, methods, seed, title):
    """A ResNet on `role` in evaluation mode, its head for rotations and its history.

    `methods` are the values of a section of params.yaml; a method whose values it lacks is not used. The same
    seed gives all networks of one shape the same initial weights and the same batches.
    """
    rng = start(seed)
    net = resnet(role, recipe.depth, recipe.width)
    head = rotation_head(net)
    batches, loss = augmented(role.train, recipe, rng), cross_entropy
    if "size" in methods:
        batches = Cut(batches, methods["size"], net.mean, draws("cutout", seed))
    if "alpha" in methods:
        batches, loss = Mixed(batches, methods["alpha"], draws("mixup", seed)), mixup
    if "weight" in methods:
        loss = with_rotation(loss, head, methods["weight"], methods["share"])
    optimizer = sgd(nn.ModuleList([net, head]), recipe)
    history = fit(net, batches, recipe, f"{title}, seed {seed}", loss, optimizer)
    return net.eval(), head, history


def draws(method, seed):
    """The generator of what a method draws."""
    return noted(np.random.default_rng([seed, DRAWS[method]]))
