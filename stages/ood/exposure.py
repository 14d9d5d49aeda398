"""Does a network that is taught to be unsure of some images become unsure of others?

Hendrycks, Mazeika, Dietterich, ICLR 2019, https://arxiv.org/abs/1812.04606:

    L = H(y, p(z))  +  lambda H(u, p(z'))

for logits z of images with labels y, z' of outliers, and uniform u. H(u, p(z')) = logsumexp(z') - mean(z'),
which is what the authors' code has. Both halves are in one forward pass; the score stays maximum softmax.
"""

from functools import partial

import torch.nn.functional as F

from stages.core.params import read
from stages.core.stage import main
from stages.ood.finetuning import finetuned, halves, keep_finetuned
from stages.ood.params import Exposure
from stages.ood.recipe import load_outliers


def uniformity(z):
    """Mean cross-entropy of logits z (n, c) to the uniform distribution, in nats: log c if they are equal."""
    return (z.logsumexp(1) - z.mean(1)).mean()


def exposed(net, batch, weight):
    """The loss on a batch (x, y, outliers)."""
    x, y, outliers = batch
    z, z_outliers = halves(net, x, outliers)
    return F.cross_entropy(z, y) + weight * uniformity(z_outliers)


def run(seed: int):
    weight = read("ood.exposure", Exposure).weight
    loss = partial(exposed, weight=weight)
    keep_finetuned("exposed", seed, *finetuned("outlier exposure", seed, loss, load_outliers()[0]))


if __name__ == "__main__":
    main(run)
