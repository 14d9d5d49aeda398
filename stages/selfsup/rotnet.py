"""RotNet: by how much has an image been turned?

Gidaris, Singh, Komodakis, ICLR 2018, https://arxiv.org/abs/1803.07728. Every image is in the batch in all
four rotations, and the network learns which is which: cross-entropy over 0, 90, 180 and 270 degrees. Pixels
only change places. As the authors do, images are cropped and mirrored; colours stay.
"""

import torch
import torch.nn.functional as F
from torch import nn

from stages.core.data import Batches
from stages.selfsup.augment import Viewed
from stages.selfsup.nets import Headed

TURNS = 4


def rotated(x):
    """x (b, c, h, w) turned anticlockwise by 0, 90, 180 and 270 degrees: (4, b, c, h, w)."""
    return torch.stack([torch.rot90(x, turns, (2, 3)) for turns in range(TURNS)])


class Rotated(Viewed):
    """Training batches (4b, c, h, w), every image in all four rotations."""

    def __iter__(self):
        for x, _ in self.batches:
            turns = rotated(self.seen(x, 0.0)).flatten(0, 1)
            yield (turns.contiguous(memory_format=torch.channels_last),)


def rotation(net, batch):
    """Mean cross-entropy of which rotation each image has."""
    z = net(batch[0]).float()
    turns = torch.arange(TURNS, device=z.device).repeat_interleave(len(z) // TURNS)
    return F.cross_entropy(z, turns)


def rotnet(encoder, split, size, views, options, rng):
    """What is trained, on which batches, by which loss."""
    net = Headed(encoder, head=nn.Linear(encoder.width, TURNS))
    return net, Rotated(Batches(split, size, rng), views, rng), rotation
