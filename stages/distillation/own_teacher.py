"""Be Your Own Teacher: the deepest classifier of a network teaches shallow ones while it learns itself.

Zhang, Song, Gao, Chen, Bao, Ma, ICCV 2019, https://arxiv.org/abs/1905.08094, section 3.2. With logits z_i and
features F_i of the classifiers i = 1 ... C, the deepest last:

    L = sum_i (1 - alpha_i) H(y, q_i) + alpha_i T^2 KL(q_C(T) || q_i(T)) + lambda_i |F_i - F_C|^2

alpha_C = lambda_C = 0; the deepest classifier gets no gradient from the shallow ones' soft terms and hints
(its logits and features are detached there). |F|^2 is a sum over the features after pooling and a mean over
images. At test time the deepest classifier answers; the ensemble is the mean of all classifiers' softmax.
"""

import torch
import torch.nn.functional as F

from stages.core.compute import mixed
from stages.core.data import unit
from stages.distillation.soft import distillation


def own_loss(z, features, y, alpha, temperature, hint):
    """L of lists of logits (n, c) and features (n, f), the deepest last, and labels y (n,)."""
    (*shallow, last), (*hinted, deepest) = z, features
    value = F.cross_entropy(last, y)
    for z_i, f_i in zip(shallow, hinted, strict=True):
        distance = (f_i - deepest.detach()).square().sum(1).mean()
        value = value + distillation(z_i, y, last.detach(), alpha, temperature) + hint * distance
    return value


@torch.no_grad()
def exit_logits(net, images, batch_size=500):
    """Logits (n, c) of every classifier of `net` in evaluation mode, and of their ensemble, by name."""
    with mixed():
        found = [net.exits(unit(part))[0] for part in images.split(batch_size)]
    z = [torch.cat(parts).float() for parts in zip(*found, strict=True)]
    ensemble = torch.stack([z_i.softmax(1) for z_i in z]).mean(0).log()
    return {f"classifier_{i + 1}": z_i for i, z_i in enumerate(z)} | {"ensemble": ensemble}
