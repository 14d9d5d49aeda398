"""The rotation head: does a network become more robust when it also learns how images are turned?

Hendrycks, Mazeika, Kadavath, Song, NeurIPS 2019, https://arxiv.org/abs/1906.12340:

    L = H(y, p(x)) + weight * mean over k of H(k, p_rot(x turned by k * 90 degrees)),   k = 0, 1, 2, 3

p_rot is a linear layer of its own on the features before the last layer; the paper's weight is 0.5. Departs
from the paper: a `share` of every batch is rotated, not all of it, where time is short. Rotated images are
normalised by their own batch's statistics, and the running statistics are those of upright images only: the
network is tested on these, and weight 0 is plain training.
"""

import torch
import torch.nn.functional as F
from torch import nn

from stages.core.compute import device, mixed
from stages.core.data import unit
from stages.core.train import batchnorm_frozen

TURNS = 4


def rotation_head(net):
    """The linear layer that says how an image is turned, from the features of `net`."""
    return nn.Linear(net.linear.in_features, TURNS, device=device)


def with_rotation(loss, head, weight, share):
    """`loss` plus `weight` times the loss of `head` on the first `share` of the batch, in all rotations."""

    def total(net, batch):
        first = batch[0][: max(1, round(share * len(batch[0])))]
        return loss(net, batch) + weight * rotation_loss(net, head, first)

    return total


def rotation_loss(net, head, x):
    """Mean cross-entropy of `head` on images x (b, c, h, w) in all rotations."""
    turned, turns = rotations(x)
    with batchnorm_frozen(net):
        return F.cross_entropy(head(net.features(turned)).float(), turns)


def rotations(x):
    """Images x (b, c, h, w) turned anticlockwise by 0, 1, 2 and 3 quarters, (4 b, ...), and these numbers."""
    turned = torch.cat([x.rot90(k, (2, 3)) for k in range(TURNS)])
    turns = torch.arange(TURNS, device=x.device).repeat_interleave(len(x))
    return turned.contiguous(memory_format=torch.channels_last), turns


@torch.no_grad()
def rotation_accuracy(net, head, images, batch_size=125):
    """Share of the rotations of uint8 images (n, c, h, w) that `head` recognises, in [0, 1]."""
    net.eval()
    right = 0
    for part in images.split(batch_size):
        turned, turns = rotations(unit(part))
        with mixed():
            right += (head(net.features(turned)).argmax(1) == turns).sum().item()
    return right / (TURNS * len(images))
