"""What networks are trained by: losses on a batch of few labelled and many unlabelled images.

b labelled images x with labels y, m unlabelled ones in k augmented copies u (k m, one copy after another), p
the network's softmax, q targets that have no gradient:

supervised     CE(y, p(x))
pseudo_label   CE(y, p(x)) + w mean 1[max p(u) >= t] CE(arg max p(u), p(u)). Lee 2013
pi_model       CE(y, p(x)) + w mean (p(u_1) - p(u_2))^2, p(u_1) being fixed. Laine & Aila, ICLR 2017,
               https://arxiv.org/abs/1610.02242
mixup          CE of mixtures of labelled images, + w CE of mixtures of unlabelled ones, targets p(u).
               Zhang et al., ICLR 2018, https://arxiv.org/abs/1710.09412
fixmatch       as pseudo_label, but the label comes from a weakly and p from a strongly augmented copy.
               Sohn et al., NeurIPS 2020, https://arxiv.org/abs/2001.07685
mixmatch       Berthelot et al., NeurIPS 2019, https://arxiv.org/abs/1905.02249, Algorithm 1:
               q = sharpen(mean of p(u_1) ... p(u_k), T), p_i^(1/T) / sum_j p_j^(1/T)                    (7)
               all of x and u are mixed with others of these, and so are their targets; then
               CE(mixed y, p(mixed x)) + w mean (mixed q - p(mixed u))^2                              (2-5)

Squared errors are means over classes, too, and pseudo-labels count 0 where the network is not sure, not less
images; as in the authors' code. Theirs feeds a batch in parts, each a mixture of labelled and unlabelled
images, and batch norm learns from the first; here one forward has them all, which mixes as well. Guesses
normalise by their own batch and teach batch norm nothing.
"""

import torch
import torch.nn.functional as F

from stages.core.mixup import mixed_images
from stages.core.train import batchnorm_frozen, cross_entropy


def soft_cross_entropy(z, q):
    """Mean cross-entropy of logits with targets (n, classes)."""
    return -(q * z.log_softmax(1)).sum(1).mean()


def squared_error(z, q):
    return (z.softmax(1) - q).square().mean()


def sharpened(p, temperature):
    """p^(1/T), normalised, of probabilities (n, classes)."""
    return (p.log() / temperature).softmax(1)                # p^(1/T) itself would be 0 / 0 for small T


@torch.no_grad()
def guessed(net, u, copies, temperature):
    """Targets (m, classes) for unlabelled images in several copies."""
    with batchnorm_frozen(net):
        p = net(u).float().softmax(1)
    return sharpened(p.view(copies, -1, p.shape[1]).mean(0), temperature)


def mixed(x, q, order, shares):
    """Images and their targets, each mixed with the one that has its place in `order`; shares (2, n)."""
    return mixed_images(x, order, shares[:, :, None, None, None]), (
        shares[0, :, None] * q + shares[1, :, None] * q[order])


def supervised(net, batch):
    return cross_entropy(net, batch)


def pseudo_label(net, batch, weight, threshold):
    x, y, u = batch
    z = net(torch.cat([x, u])).float()
    return F.cross_entropy(z[: len(y)], y) + weight * where_sure(z[len(y) :], z[len(y) :], threshold)


def fixmatch(net, batch, weight, threshold):
    x, y, u = batch
    z = net(torch.cat([x, u])).float()
    weak, strong = z[len(y) :].chunk(2)
    return F.cross_entropy(z[: len(y)], y) + weight * where_sure(weak, strong, threshold)


def where_sure(from_z, z, threshold):
    """Mean cross-entropy of z with the classes that `from_z` is sure of."""
    sure, label = from_z.detach().softmax(1).max(1)
    return (F.cross_entropy(z, label, reduction="none") * (sure >= threshold)).mean()


def pi_model(net, batch, weight):
    x, y, u = batch
    z = net(torch.cat([x, u])).float()
    first, second = z[len(y) :].chunk(2)
    return F.cross_entropy(z[: len(y)], y) + weight * squared_error(second, first.detach().softmax(1))


def mixup(net, batch, weight):
    z, q, b = of_mixtures(net, net, batch, 1, 1.0)
    return soft_cross_entropy(z[:b], q[:b]) + weight * soft_cross_entropy(z[b:], q[b:])


def mixmatch(net, batch, weight, copies, temperature, teacher):
    guesser = net.average if teacher else net
    z, q, b = of_mixtures(net, guesser, batch, copies, temperature)
    return soft_cross_entropy(z[:b], q[:b]) + weight * squared_error(z[b:], q[b:])


def of_mixtures(net, guesser, batch, copies, temperature):
    """Logits of mixtures, their targets, and how many of the first are of labelled images."""
    x, y, u, order, shares = batch
    q = guessed(guesser, u, copies, temperature)
    q = torch.cat([torch.eye(q.shape[1], device=q.device)[y], q.repeat(copies, 1)])
    images, q = mixed(torch.cat([x, u]), q, order, shares)
    return net(images).float(), q, len(y)


LOSSES = {
    "supervised": supervised, "pseudo_label": pseudo_label, "pi_model": pi_model, "mixup": mixup,
    "mixmatch": mixmatch, "fixmatch": fixmatch,
}
