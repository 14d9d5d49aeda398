"""How good images are that a network made: what an independent network, the judge, sees in them.

n images, d features. The judge's features stand for the Inception network's: the numbers below compare with
each other, not with those of papers.
"""

import torch

from stages.core.compute import mixed


@torch.no_grad()
def features(judge, images, batch_size=500):
    """Features (n, d), float64, of images (n, c, h, w) in [0, 1], by a ResNet in evaluation mode."""
    evaluated(judge)
    with mixed():
        return torch.cat([judge.features(part).double() for part in images.split(batch_size)])


@torch.no_grad()
def named(judge, images, labels, batch_size=500):
    """Which images (n, c, h, w), in [0, 1], the judge calls what they should be: bool (n,)."""
    evaluated(judge)
    with mixed():
        return torch.cat([judge(part).argmax(1) for part in images.split(batch_size)]) == labels


def evaluated(judge):
    """Refuses a network in training mode."""
    if judge.training:
        raise AssertionError("what a network in training mode sees depends on the batch: call net.eval()")


def frechet(real, made):
    """Squared Fréchet distance between Gaussians that are fitted to two sets of features, (n, d) and (m, d).

    Heusel et al., NeurIPS 2017, https://arxiv.org/abs/1706.08500: |mu_1 - mu_2|^2 + tr(S_1 + S_2 -
    2 (S_1 S_2)^(1/2)). The trace of the root is the sum of the singular values of S_1^(1/2) S_2^(1/2), which
    are real whatever rounding does, and of centred features no covariance need be made. It is biased upwards
    the more, the fewer images there are: compare sets of the same size.
    """
    (mean, root), (other_mean, other_root) = _gaussian(real), _gaussian(made)
    between = torch.linalg.svdvals(root @ other_root.T).sum()
    spread = root.square().sum() + other_root.square().sum()
    return ((mean - other_mean).square().sum() + spread - 2 * between).clamp(min=0).item()


def _gaussian(found):
    """The mean (d,) of features and a matrix R (n, d) with R^T R their covariance."""
    mean = found.mean(0)
    return mean, (found - mean) / (len(found) - 1) ** 0.5


def precision(real, made, k=3):
    """Share of made images whose features lie among those of real ones: within the distance from some real
    image to its k-th nearest real neighbour. In [0, 1]; high where images are good.

    Kynkäänniemi et al., NeurIPS 2019, https://arxiv.org/abs/1904.06991, equations 1 and 2.
    """
    if not 1 <= k < len(real):
        raise AssertionError(f"the {k}-th neighbour of {len(real)} images")
    radius = torch.cdist(real, real).kthvalue(k + 1, dim=1).values       # the nearest is the image itself
    return (torch.cdist(made, real) <= radius).any(1).double().mean().item()


def recall(real, made, k=3):
    """Share of real images whose features lie among those of made ones; high where images are varied."""
    return precision(made, real, k)


def nearest(images, others):
    """Root mean square difference, over pixels, of each image to the nearest of `others`: (n,)."""
    distances = torch.cdist(images.flatten(1), others.flatten(1)).amin(1)
    return distances / images[0].numel() ** 0.5
