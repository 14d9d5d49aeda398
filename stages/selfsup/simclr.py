"""SimCLR: two random views of an image are to be more alike than views of different images.

Chen et al., ICML 2020, https://arxiv.org/abs/2002.05709. With z_i and z_j what a head makes of both views of
an image, s cosine similarity and n images in a batch,

    l(i, j) = -log( exp(s(z_i, z_j) / tau) / sum_{k != i} exp(s(z_i, z_k) / tau) )                   (1)

averaged over all 2n views, each with its other: NT-Xent. The head is thrown away after training.
"""

from functools import partial

import torch
import torch.nn.functional as F

from stages.core.compute import device
from stages.core.data import Batches
from stages.core.errors import UserError
from stages.selfsup.augment import Viewed
from stages.selfsup.nets import Headed, mlp


def similarities(z, tau):
    """Of 2n vectors with each other, over tau, with -inf for each with itself: (2n, 2n)."""
    z = F.normalize(z.float(), dim=1)
    own = torch.eye(len(z), dtype=torch.bool, device=z.device)
    with torch.autocast(device.type, enabled=False):         # bfloat16 cannot tell what is alike
        return (z @ z.T / tau).masked_fill(own, -torch.inf)


def others(n, device):
    """Where the other view of each of 2n views is."""
    return torch.arange(2 * n, device=device).roll(n)


def nt_xent(z, tau):
    """Of z (2n, d): the first n are one view of n images, the last n the other."""
    n = len(z) // 2
    return F.cross_entropy(similarities(z, tau), others(n, z.device))


class Views(Viewed):
    """Training batches (2b, c, h, w): two random views of each image in `batches`."""

    def __init__(self, batches, options, rng):
        if batches.batch_size < 2:
            raise UserError("a batch of 1 image has no other image to be unlike: raise the batch size")
        super().__init__(batches, options, rng)

    def __iter__(self):
        for x, _ in self.batches:
            yield (torch.cat([self.seen(x, self.options.strength) for _ in range(2)]),)


def contrast(tau, net, batch):
    """NT-Xent of a network on a batch of `Views`."""
    return nt_xent(net(batch[0]), tau)


def simclr(encoder, split, size, views, options, rng):
    """What is trained, on which batches, by which loss."""
    net = Headed(encoder, head=mlp(encoder.width, options.outputs))
    return net, Views(Batches(split, size, rng), views, rng), partial(contrast, options.temperature)
