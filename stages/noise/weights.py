"""Moving the weights of a network: how far, in which direction, and exactly back.

A filter is what produces one output channel: w[i] of a convolution's weight (out, in, 3, 3) or of a linear
layer's. Changes are lists of tensors shaped like the weights they are added to. All tensors of a list are
handled at once: on a GPU, Python over dozens of them takes longer than the step itself.
"""

from contextlib import contextmanager

import torch
from torch.nn.utils import get_total_norm


def filters(net):
    """The weights of convolutions and linear layers: all but batch norm's and biases."""
    return [weight for weight in net.parameters() if weight.dim() > 1]


def filter_norms(weight):
    """L2 norm of each filter, shaped to multiply `weight`."""
    return weight.detach().flatten(1).norm(dim=1).view(-1, *[1] * (weight.dim() - 1))


def gaussian(weights, sigma, rng=None):
    """Fresh noise, drawn from the generator `rng` or else from torch's own; its standard deviation is `sigma`
    times the root mean square of the filter it falls on.
    """
    scales = [sigma * filter_norms(weight) / weight[0].numel() ** 0.5 for weight in weights]
    draws = [torch.empty_like(weight).normal_(generator=rng) for weight in weights]
    return torch._foreach_mul(scales, draws)


@contextmanager
def moved(weights, changes):
    """Inside, `weights` are w + change; afterwards they are w again, to the bit."""
    with torch.no_grad():
        before = [weight.clone() for weight in weights]
        torch._foreach_add_(weights, changes)
    try:
        yield
    finally:
        with torch.no_grad():
            torch._foreach_copy_(weights, before)


@torch.no_grad()
def climbed(changes, gradients, length, radius, norm):
    """One step of projected ascent: `changes` plus a step of `length` uphill, back in the ball of `radius`
    around 0.

    The step is the steepest one of its length in the norm: g / |g| over all weights together for "l2",
    sign(g) for "linf" (Foret et al., equation 2, p = 2 and p = infinity).
    """
    if norm == "linf":
        changes = torch._foreach_add(changes, torch._foreach_sign(gradients), alpha=length)
        return torch._foreach_clamp_max(torch._foreach_clamp_min(changes, -radius), radius)
    scale = length / (get_total_norm(gradients) + 1e-12)
    changes = torch._foreach_add(changes, torch._foreach_mul(gradients, scale))
    shrink = (radius / (get_total_norm(changes) + 1e-12)).clamp(max=1)
    return torch._foreach_mul(changes, shrink)
