"""What the networks cost: parameters, and floating-point operations (stages/core/cost.py), before training.

What makes the kernels and attentions of an image is among them.
"""

from stages.core.compute import start
from stages.core.cost import of_image, parameters
from stages.core.data import load_role
from stages.core.measurements import record
from stages.core.nets import ResNet
from stages.core.params import Training, read
from stages.core.stage import main
from stages.dynamic.convolution import DynamicResNet
from stages.dynamic.params import KernelNetworks, Narrow
from stages.dynamic.recipe import shape_of


def run():
    start(0)
    role, recipe = load_role("objects"), read("dynamic.training", Training)
    shape, image = shape_of(role, recipe), role.test.images.shape[1:]
    nets = {name: DynamicResNet(one.kernels, **shape)
            for name, one in read("dynamic.kernels.networks", KernelNetworks)}
    nets |= {name: ResNet(**shape | {"width": width}) for name, width in read("dynamic.narrow", Narrow)}
    record("data/dynamic/cost.safetensors", {
        "parameters": ("network", [parameters(net) for net in nets.values()]),
        "operations": ("network", [of_image(net.eval(), image) for net in nets.values()]),
    }, network=list(nets))


if __name__ == "__main__":
    main(run)
