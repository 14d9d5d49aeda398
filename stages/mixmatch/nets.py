"""The wide residual network of Berthelot et al. 2019, of any depth 6n + 4 and width, and its moving average.

As in the authors' code: WRN-28-2 (Zagoruyko & Komodakis, BMVC 2016, https://arxiv.org/abs/1605.07146) with
leaky ReLU of slope 0.1, whose first convolution has 16 channels. Here the width is the number of channels of
the first group, 32 there.
"""

import copy

import torch.nn.functional as F
from torch import nn

from stages.core.nets import Pointwise, normalising, ready

SLOPE, FIRST = 0.1, 16


class Block(nn.Module):
    """Two 3x3 convolutions, each after its batch norm, and a shortcut: 1x1 where the width changes. The first
    block of all activates the shortcut, too.
    """

    def __init__(self, channels, width, stride, first):
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(channels), nn.BatchNorm2d(width)
        self.conv1 = nn.Conv2d(channels, width, 3, stride, padding=1, bias=False)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.wider = Pointwise(channels, width, stride) if channels != width else None
        self.first = first

    def forward(self, x):
        active = activated(self.norm1(x))
        past = active if self.first else x
        made = self.conv2(activated(self.norm2(self.conv1(active))))
        return made + (self.wider(past) if self.wider else past)


class WideResNet(nn.Module):
    """On images in [0, 1], (n, channels, h, w) -> logits (n, classes); normalises its own input."""

    def __init__(self, widths, blocks, classes, mean, std):
        super().__init__()
        normalising(self, mean, std)
        channels = min(widths[0], FIRST)
        self.conv, made = nn.Conv2d(len(mean), channels, 3, padding=1, bias=False), []
        for width in widths:
            for _ in range(blocks):
                stride = 2 if made and channels != width else 1
                made.append(Block(channels, width, stride, first=not made))
                channels = width
        self.blocks, self.norm = nn.Sequential(*made), nn.BatchNorm2d(channels)
        self.linear = nn.Linear(channels, classes)
        ready(self)

    def forward(self, x):
        x = self.blocks(self.conv((x - self.mean) / self.std))
        return self.linear(activated(self.norm(x)).mean((2, 3)))


def activated(x):
    return F.leaky_relu(x, SLOPE, inplace=True)


class Both(nn.Module):
    """A network that is trained, and the moving average of its weights and batch norm statistics, which are
    buffers, so that checkpoints have them; called, it is the first of these.
    """

    def __init__(self, trained):
        super().__init__()
        self.trained, self.average = trained, copy.deepcopy(trained)
        for module in self.average.modules():
            for name, weight in list(module.named_parameters(recurse=False)):
                delattr(module, name)
                module.register_buffer(name, weight.detach())

    def forward(self, x):
        return self.trained(x)

    def pairs(self):
        """What is averaged, and the averages: two lists of tensors in one order."""
        now, average = self.trained.state_dict(), self.average.state_dict()
        names = [name for name, values in now.items() if values.is_floating_point()]
        return [now[name] for name in names], [average[name] for name in names]


def network(role, shape):
    """A fresh network for the images of a role, with its average; `shape` is section `mixmatch.network`."""
    return Both(WideResNet(shape.widths, shape.blocks, len(role.classes), *role.moments))
