"""The energy of images and of outliers, pushed to two sides of a gap.

Liu, Wang, Owens, Li, NeurIPS 2020, https://arxiv.org/abs/2010.03759: with E(x) = -logsumexp(z),

    L = H(y, p(z))  +  lambda [ mean max(0, E(x) - m_in)^2  +  mean max(0, m_out - E(x'))^2 ]

for images x with labels y and outliers x'. The score is -E. As in outlier exposure, both halves are in one
forward pass.
"""

from functools import partial

import torch.nn.functional as F

from stages.core.params import read
from stages.core.stage import main
from stages.ood.finetuning import finetune, halves
from stages.ood.params import Energy
from stages.ood.recipe import load_outliers


def bounds(z, z_outliers, m_in, m_out):
    """The bracket above, for logits (n, c) of images and (k, c) of outliers."""
    inside, outside = -z.logsumexp(1), -z_outliers.logsumexp(1)
    return F.relu(inside - m_in).square().mean() + F.relu(m_out - outside).square().mean()


def bounded(net, batch, weight, m_in, m_out):
    """The loss on a batch (x, y, outliers)."""
    x, y, outliers = batch
    z, z_outliers = halves(net, x, outliers)
    return F.cross_entropy(z, y) + weight * bounds(z, z_outliers, m_in, m_out)


def run():
    settings = read("ood.energy", Energy)
    finetune("energy", partial(bounded, **settings.model_dump()), load_outliers()[0])


if __name__ == "__main__":
    main(run)
