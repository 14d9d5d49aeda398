"""Residual networks for small images.

He, Zhang, Ren, Sun, "Deep residual learning for image recognition", CVPR 2016, section 4.2,
https://arxiv.org/abs/1512.03385: a 3x3 convolution, then three groups of n blocks of two 3x3 convolutions,
width w, 2w, 4w, so that the depth is 6n + 2. Shortcuts have no parameters: where the width doubles, they take
every other pixel and pad the channels with zeros (option A).
"""

import copy

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from stages.core.compute import device
from stages.core.errors import UserError
from stages.core.files import load, save


class Block(nn.Module):
    """relu(residual(x) + shortcut(x)); `stride` 2 halves the image."""

    def __init__(self, channels, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        self.stride, self.added = stride, width - channels

    def residual(self, x):
        x = F.relu(self.norm1(self.conv1(x)), inplace=True)
        return self.norm2(self.conv2(x))

    def shortcut(self, x):
        return widened(thinned(x, self.stride), self.added)

    def forward(self, x):
        return F.relu(self.residual(x) + self.shortcut(x), inplace=True)


def thinned(x, stride):
    """The pixels of x that a stride meets; slicing takes a tenth of a step longer."""
    return F.avg_pool2d(x, 1, stride) if stride > 1 else x


def widened(x, added):
    """x with `added` channels of zeros, half of them before the others."""
    return F.pad(x, (0, 0, 0, 0, added // 2, added - added // 2)) if added else x


class Pointwise(nn.Conv2d):
    """A 1x1 convolution without bias.

    In float32 it first takes the pixels that its stride meets, which gives the same: on processors with AVX2,
    oneDNN writes past its memory where it differentiates by such filters with a stride and fewer than 8
    channels (https://github.com/uxlfoundation/oneDNN/issues/6035): a crash, or wrong gradients.
    """

    def __init__(self, channels, width, stride):
        super().__init__(channels, width, 1, stride, bias=False)

    def forward(self, x):
        if torch.is_autocast_enabled(x.device.type):
            return super().forward(x)
        return F.conv2d(thinned(x, self.stride[0]), self.weight)


def normalising(net, mean, std):
    """Gives a network mean and deviation of the training images, a number a channel, as `net.mean` and
    `net.std`, by which it normalises its own input.
    """
    net.register_buffer("mean", torch.tensor(mean).view(1, -1, 1, 1))
    net.register_buffer("std", torch.tensor(std).view(1, -1, 1, 1))


def ready(net, mode="fan_out"):
    """Draws the filters of a network as He et al. do (ICCV 2015, https://arxiv.org/abs/1502.01852), and moves
    it to the device.
    """
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode=mode, nonlinearity="relu")
    net.to(device, memory_format=torch.channels_last)


class ResNet(nn.Module):
    """ResNet of depth 6n + 2 on images in [0, 1], (n, channels, h, w) -> logits (n, classes).

    `mean` and `std` are those of the training images, a number a channel; the network normalises its own
    input.
    """

    def __init__(self, depth, width, classes, mean, std):
        super().__init__()
        if depth < 8 or depth % 6 != 2:
            raise UserError(
                f"a ResNet for small images has depth 6n + 2 (8, 14, 20, 32, 44, 56, 110, ...), not {depth}"
            )
        self.shape = {"depth": depth, "width": width, "classes": classes, "mean": mean, "std": std}
        normalising(self, mean, std)
        self.conv = nn.Conv2d(len(mean), width, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(width)
        blocks, channels = [], width
        for group in range(3):
            for i in range((depth - 2) // 6):
                stride = 2 if group and i == 0 else 1
                blocks.append(Block(channels, width * 2**group, stride))
                channels = width * 2**group
        self.blocks = nn.Sequential(*blocks)
        self.linear = nn.Linear(channels, classes)
        ready(self)

    def features(self, x):
        """What the linear layer sees: (n, 4 width)."""
        x = F.relu(self.norm(self.conv((x - self.mean) / self.std)), inplace=True)
        return self.blocks(x).mean((2, 3))

    def forward(self, x):
        return self.linear(self.features(x))


def resnet(role, depth, width):
    """A fresh ResNet for the images of a role."""
    mean, std = role.moments
    return ResNet(depth, width, len(role.classes), mean, std)


def fused(net):
    """A ResNet in evaluation mode with each batch norm made part of its convolution: the same function up to
    rounding, a fifth faster. For attacks, whose only result is an image.
    """
    net = copy.deepcopy(net)
    net.conv, net.norm = fuse_conv_bn_eval(net.conv, net.norm), nn.Identity()
    for block in net.blocks:
        block.conv1, block.norm1 = fuse_conv_bn_eval(block.conv1, block.norm1), nn.Identity()
        block.conv2, block.norm2 = fuse_conv_bn_eval(block.conv2, block.norm2), nn.Identity()
    return net.requires_grad_(False).to(memory_format=torch.channels_last)


def save_net(path, net):
    """Writes the weights and, in the header, the arguments `shape` that build the network again."""
    save(path, net.state_dict(), **{type(net).__name__.lower(): net.shape})


def load_net(path, kind=ResNet):
    """The network of the class `kind` that `save_net` wrote, in evaluation mode, on the device."""
    state, facts = load(path)
    if kind.__name__.lower() not in facts:
        raise UserError(f"{path} holds no {kind.__name__}: delete it, then `dvc repro` writes it again")
    net = kind(**facts[kind.__name__.lower()])
    try:
        net.load_state_dict(state)
    except RuntimeError as error:
        raise UserError(f"{path} does not fit its network ({str(error).splitlines()[1].strip()}): "
                        "delete it, then `dvc repro` writes it again") from None
    return net.eval()
