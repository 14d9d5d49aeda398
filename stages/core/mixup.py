"""Mixup: does a network generalise better when it learns from mixtures of two images and of their labels?

Zhang, Cisse, Dauphin, Lopez-Paz, ICLR 2018, https://arxiv.org/abs/1710.09412:

    x~ = r x_i + (1 - r) x_j,    y~ = r y_i + (1 - r) y_j,    r ~ Beta(alpha, alpha)                  (1)

with one r, the paper's lambda, for a batch, whose images meet those of the same batch in another order.
Cross-entropy is linear in the label, so the loss is the mean of both labels' losses, weighted by r and 1 - r.
As alpha tends to 0, r is 0 or 1: plain training. At 0 it is 1 here, as in the authors' code.
"""

import torch
import torch.nn.functional as F


class Mixed:
    """Training batches (x, y, order, shares), to be mixed by `mixup`: shares are r and 1 - r.

    Both are drawn from `rng`, a generator of NumPy's.
    """

    def __init__(self, batches, alpha, rng):
        self.batches, self.alpha, self.rng = batches, alpha, rng

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        for x, y in self.batches:
            ratio = self.rng.beta(self.alpha, self.alpha) if self.alpha else 1.0
            order = torch.from_numpy(self.rng.permutation(len(y))).to(y.device)
            yield x, y, order, torch.tensor([ratio, 1 - ratio], device=x.device)


def mixup(net, batch):
    """The loss of a network on a batch of `Mixed`."""
    x, y, order, shares = batch
    z = net(mixed_images(x, order, shares)).float()
    return shares[0] * F.cross_entropy(z, y) + shares[1] * F.cross_entropy(z, y[order])


def mixed_images(x, order, shares):
    """Images x (b, c, h, w), each mixed with the one that has its place in `order`."""
    return (shares[0] * x + shares[1] * x[order]).contiguous(memory_format=torch.channels_last)
