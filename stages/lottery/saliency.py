"""What SNIP and Taylor ask (criteria.py): the gradient of the mean loss before training, and after it.

It is taken on `gradient_images` training images as they are, in one batch whose statistics batch norm uses.
"""

import torch

from stages.core.compute import mixed
from stages.core.data import unit
from stages.core.train import batchnorm_frozen, cross_entropy
from stages.lottery.masks import convolutions

SALIENCIES = {"snip": "initial", "taylor": "final"}          # criterion -> the network that it asks


def gradients(net, split):
    """Gradient of the mean loss on a split, for the weights that may be pruned: name -> tensor."""
    weights = convolutions(net)
    net.train()
    with batchnorm_frozen(net), mixed():
        loss = cross_entropy(net, (unit(split.images), split.labels))
    net.eval()
    return dict(zip(weights, torch.autograd.grad(loss, list(weights.values())), strict=True))
