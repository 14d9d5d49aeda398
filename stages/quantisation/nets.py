"""ResNets with quantised weights and activations.

As in the paper, the first convolution and the linear layer are left in full precision. What is quantised
of a block is what its convolutions are given, the output of a ReLU, and their weights; shortcuts are not.
Before the second convolution that is the paper's order: batch norm, ReLU, quantiser, convolution. Before the
first, the sum with the shortcut is between batch norm and ReLU, as in the ResNet that all begin with.
"""

import torch
import torch.nn.functional as F
from torch import nn

from stages.core.compute import device
from stages.core.data import unit
from stages.core.nets import ResNet
from stages.quantisation.params import FULL
from stages.quantisation.quantiser import Quantiser


class Convolution(nn.Conv2d):
    """A 3x3 convolution like `conv` with quantised weights and, before it, quantised activations.

    What is quantised is float32 whatever the network's precision: sums over a layer need it.
    """

    def __init__(self, conv, weights, activations, levels, strength):
        super().__init__(conv.in_channels, conv.out_channels, 3, conv.stride, padding=1, bias=False)
        self.of_weights = self.of_activations = None
        if weights < FULL:
            self.of_weights = Quantiser(conv.out_channels, weights, levels, True, strength)
        if activations < FULL:
            self.of_activations = Quantiser(1, activations, levels, False)

    def forward(self, x):
        with torch.autocast(device.type, enabled=False):
            weight = self.weight
            if self.of_weights:
                weight = self.of_weights(weight.flatten(1)).view_as(weight)
            if self.of_activations:
                last = x.float().permute(0, 2, 3, 1)         # as it lies in memory
                x = self.of_activations(last.reshape(1, -1)).view(last.shape).permute(0, 3, 1, 2)
        return F.conv2d(x, weight, None, self.stride, self.padding)


class Quantised(ResNet):
    """A ResNet whose blocks have quantised convolutions, of bits for `weights` and for `activations`, with
    `levels` and, for bits that vanish, the `strength` of quantiser.py.
    """

    def __init__(self, depth, width, classes, mean, std, **setting):
        super().__init__(depth, width, classes, mean, std)
        self.shape |= setting
        for block in self.blocks:
            block.conv1, block.conv2 = (Convolution(conv, **setting) for conv in (block.conv1, block.conv2))
        self.to(device, memory_format=torch.channels_last)

    def convolutions(self):
        """Those that are quantised, from the first on."""
        return [conv for block in self.blocks for conv in (block.conv1, block.conv2)]


@torch.no_grad()
def quantised(whole, images, weights=FULL, activations=FULL, levels="learnt", strength=None):
    """The ResNet `whole`, quantised: every basis is fitted to the weights and to the activations of `images`,
    layer by layer.
    """
    shape = whole.shape | {"weights": weights, "activations": activations, "levels": levels}
    net = Quantised(**shape, strength=strength)
    net.load_state_dict(whole.state_dict(), strict=False)
    hooks = [one.register_forward_pre_hook(lambda this, given: this.fit(given[0]))
             for one in net.modules() if isinstance(one, Quantiser)]
    net.eval()(unit(images))
    for hook in hooks:
        hook.remove()
    return net
