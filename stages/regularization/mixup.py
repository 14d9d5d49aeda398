"""Mixup: does a network generalise better when it learns from mixtures of two images and of their labels?

Zhang, Cisse, Dauphin, Lopez-Paz, ICLR 2018, https://arxiv.org/abs/1710.09412:

    x~ = r x_i + (1 - r) x_j,    y~ = r y_i + (1 - r) y_j,    r ~ Beta(alpha, alpha)                  (1)

with one r, the paper's lambda, for a batch, whose images meet those of the same batch in another order.
Cross-entropy is linear in the label, so the loss is the mean of both labels' losses, weighted by r and 1 - r.
As alpha tends to 0, r is 0 or 1: plain training. At 0 it is 1 here, as in the authors' code.
"""

import torch
import torch.nn.functional as F


def mixup(alpha, rng):
    """The loss of a network on a batch (x, y), mixed; `rng` is a generator of NumPy's."""

    def loss(net, batch):
        x, y = batch
        ratio = rng.beta(alpha, alpha) if alpha else 1.0
        order = torch.from_numpy(rng.permutation(len(y))).to(y.device)
        z = net(mixed_images(x, order, ratio)).float()
        return ratio * F.cross_entropy(z, y) + (1 - ratio) * F.cross_entropy(z, y[order])

    return loss


def mixed_images(x, order, ratio):
    """Images x (b, c, h, w), each mixed with the one that has its place in `order`."""
    return (ratio * x + (1 - ratio) * x[order]).contiguous(memory_format=torch.channels_last)
