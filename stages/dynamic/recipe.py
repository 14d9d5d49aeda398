"""What the trainings of this experiment share, and how images are seen by a network."""

import torch

from stages.core.compute import mixed
from stages.core.data import unit
from stages.core.recipe import keep


def shape_of(role, recipe):
    """The arguments of a ResNet for the images of a role."""
    mean, std = role.moments
    return {"depth": recipe.depth, "width": recipe.width, "classes": len(role.classes), "mean": mean,
            "std": std}


def kept(name, seed, made):
    """Keeps what was `made`, a network and its history; the network, in evaluation mode."""
    net, history = made
    keep(f"dynamic/{name}", seed, net.eval(), history)
    return net


@torch.no_grad()
def seen(net, images, what, batch_size=500):
    """Of images, uint8 or in [0, 1]: logits (n, classes), and what(net) of every batch, with images first."""
    logits, found = [], []
    for part in images.split(batch_size):
        with mixed():
            logits.append(net(unit(part)).float())
        found.append(what(net))
    return torch.cat(logits), torch.cat(found)
