"""DenseNet-BC for small images: every layer sees the outputs of all before it.

Huang, Liu, van der Maaten, Weinberger, CVPR 2017, https://arxiv.org/abs/1608.06993, sections 3 and 4.2: a 3x3
convolution to 2k channels, three blocks of layers that add k channels each, between them a transition that
halves channels and image; so the depth is 6 m + 4, of m layers in a block.

    layer:       batch norm, ReLU, 1x1 convolution to 4k channels, batch norm, ReLU, 3x3 convolution to k
    transition:  batch norm, ReLU, 1x1 convolution to half of the channels, 2x2 average pooling
"""

import torch
import torch.nn.functional as F
from torch import nn

from stages.core.errors import UserError
from stages.core.nets import normalising, ready


def convolved(channels, width, size):
    """Batch norm, ReLU and a convolution of `size` x `size`."""
    return nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(),
                         nn.Conv2d(channels, width, size, padding=size // 2, bias=False))


class Layer(nn.Module):
    """x with `growth` channels more."""

    def __init__(self, channels, growth):
        super().__init__()
        self.narrow, self.wide = convolved(channels, 4 * growth, 1), convolved(4 * growth, growth, 3)

    def forward(self, x):
        return torch.cat([x, self.wide(self.narrow(x))], 1)


class DenseNet(nn.Module):
    """DenseNet on images in [0, 1], (n, channels, h, w) -> logits (n, classes).

    `mean` and `std` are those of the training images, a number a channel; the network normalises its own
    input.
    """

    def __init__(self, depth, growth, classes, mean, std):
        super().__init__()
        if depth < 10 or depth % 6 != 4:
            raise UserError(f"a DenseNet-BC has depth 6m + 4 (10, 16, 22, ..., 100, ...), not {depth}")
        self.shape = {"depth": depth, "growth": growth, "classes": classes, "mean": mean, "std": std}
        normalising(self, mean, std)
        channels = 2 * growth
        layers = [nn.Conv2d(len(mean), channels, 3, padding=1, bias=False)]
        for block in range(3):
            if block:
                layers += [convolved(channels, channels // 2, 1), nn.AvgPool2d(2)]
                channels //= 2
            for _ in range((depth - 4) // 6):
                layers.append(Layer(channels, growth))
                channels += growth
        self.layers = nn.Sequential(*layers, nn.BatchNorm2d(channels))
        self.linear = nn.Linear(channels, classes)
        ready(self, mode="fan_in")

    def forward(self, x):
        return self.linear(F.relu(self.layers((x - self.mean) / self.std)).mean((2, 3)))
