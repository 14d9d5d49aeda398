"""A perceptron whose weight matrices may each be the product of two.

    W x + b,  W (n, m)              n m + n parameters
    U (V x) + b,  U (n, k), V (k, m)      k (n + m) + n: fewer if k < n m / (n + m)

There is nothing between V and U, so that the pair is a matrix of rank k and no layer more.
"""

import torch
import torch.nn.functional as F
from torch import nn

from stages.core.compute import device
from stages.core.errors import UserError
from stages.core.nets import normalising


class Perceptron(nn.Module):
    """Linear layers with ReLU between, on images in [0, 1], (n, c, h, w) -> logits (n, classes).

    `widths` are units from the pixels to the classes; `ranks` has for every layer the rank of its matrix as a
    product, or None for one whole matrix. `mean` and `std` are those of the training images, a number a
    channel; the network normalises its own input.
    """

    def __init__(self, widths, ranks, mean, std):
        super().__init__()
        self.shape = {"widths": widths, "ranks": ranks, "mean": mean, "std": std}
        normalising(self, mean, std)
        self.layers = nn.ModuleList(map(layer, widths, widths[1:], ranks))
        self.to(device)

    def forward(self, x):
        with torch.autocast(device.type, enabled=False):     # so small, bfloat16 takes half as long again
            x = ((x - self.mean) / self.std).flatten(1)
            for linear in self.layers[:-1]:
                x = F.relu(linear(x))
            return self.layers[-1](x)


def layer(inputs, outputs, rank):
    """A linear layer: one matrix, or two of this rank, of which the outer has the bias."""
    if rank is None:
        return nn.Linear(inputs, outputs)
    if not 1 <= rank <= min(inputs, outputs):
        raise UserError(f"rank {rank} of a weight matrix {outputs} x {inputs}: it should be from 1 to "
                        f"{min(inputs, outputs)}; mend `lowrank.ranks`")
    return nn.Sequential(nn.Linear(inputs, rank, bias=False), nn.Linear(rank, outputs))


def perceptron(role, hidden, ranks=None):
    """A fresh Perceptron for the images of a role, of whole matrices or of these ranks."""
    widths = [role.train.images[0].numel(), *hidden, len(role.classes)]
    return Perceptron(widths, ranks or [None] * (len(widths) - 1), *role.moments)


def summary(net):
    """For every layer its units from in to out, with the rank between if it has one, and its parameters."""
    widths, ranks = net.shape["widths"], net.shape["ranks"]
    return [
        (" → ".join(str(size) for size in (m, k, n) if size), sum(w.numel() for w in linear.parameters()))
        for m, k, n, linear in zip(widths[:-1], ranks, widths[1:], net.layers, strict=True)
    ]
