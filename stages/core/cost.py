"""What a network costs, by torch's own counter of operations.

It sees convolutions and matrix products, forward and backward, of which a multiply-accumulate is two
operations; batch norm, additions and the update of weights are not in it.
"""

import torch

from stages.core.compute import device


def operations(act):
    """Floating-point operations of what act() does."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        act()
    return counter.get_total_flops()


@torch.no_grad()
def of_image(net, shape):
    """Floating-point operations of a network on one image of this shape, (c, h, w)."""
    x = torch.zeros(1, *shape, device=device)
    return operations(lambda: net(x))


def parameters(net):
    """How many weights a network has."""
    return sum(weight.numel() for weight in net.parameters())
