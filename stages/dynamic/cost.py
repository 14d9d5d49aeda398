"""What the networks cost: parameters, and floating-point operations by torch's own counter, before training.

Two operations are one multiply-accumulate. The counter sees convolutions and matrix products; what makes the
kernels and attentions of an image is among them, batch norm and additions are not.
"""

import torch

from stages.core.compute import device, start
from stages.core.data import load_role
from stages.core.measurements import record
from stages.core.nets import ResNet
from stages.core.params import Training, read
from stages.core.stage import main
from stages.dynamic.convolution import DynamicResNet
from stages.dynamic.params import KernelNetworks, Narrow
from stages.dynamic.recipe import shape_of


def operations(net, shape):
    """Floating-point operations of a network on one image of this shape."""
    from torch.utils.flop_counter import FlopCounterMode

    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        net.eval()(torch.zeros(1, *shape, device=device))
    return counter.get_total_flops()


def run():
    start(0)
    role, recipe = load_role("objects"), read("dynamic.training", Training)
    shape = shape_of(role, recipe)
    nets = {name: DynamicResNet(one.kernels, **shape)
            for name, one in read("dynamic.kernels.networks", KernelNetworks)}
    nets |= {name: ResNet(**shape | {"width": width}) for name, width in read("dynamic.narrow", Narrow)}
    record("data/dynamic/cost.safetensors", {
        "parameters": ("network", [sum(w.numel() for w in net.parameters()) for net in nets.values()]),
        "operations": ("network", [operations(net, role.test.images.shape[1:]) for net in nets.values()]),
    }, network=list(nets))


if __name__ == "__main__":
    main(run)
