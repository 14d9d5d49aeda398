"""The networks of this experiment: perceptrons, residual networks in stages, and one that teaches itself.

Residual networks are those that He et al., CVPR 2016, https://arxiv.org/abs/1512.03385, table 1, use on
ImageNet (ResNet-34: basic blocks [3, 4, 6, 3]; ResNet-50: bottleneck blocks [3, 4, 6, 3]; width 64), with the
usual stem for small images: one 3x3 convolution of stride 1 and no pooling. Bottleneck blocks halve the image
in their 3x3 convolution, as torchvision's do.
"""

import torch.nn.functional as F
from torch import nn

from stages.core.compute import device
from stages.core.cost import of_image, parameters
from stages.core.nets import Pointwise, normalising, ready


class Perceptron(nn.Module):
    """inputs - hidden - hidden - classes with ReLU, on images in [0, 1], (n, c, h, w) -> logits (n, classes).

    `inputs` is c h w; `dropout` of the hidden units is off in evaluation mode. `mean` and `std` are those of
    the training images, a number a channel; the network normalises its own input.
    """

    def __init__(self, inputs, hidden, classes, dropout, mean, std):
        super().__init__()
        self.shape = {
            "inputs": inputs, "hidden": hidden, "classes": classes, "dropout": dropout,
            "mean": mean, "std": std,
        }
        normalising(self, mean, std)
        self.layers = nn.Sequential(
            nn.Linear(inputs, hidden), nn.ReLU(), nn.Dropout(dropout),
            nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(dropout),
            nn.Linear(hidden, classes),
        )
        self.to(device)

    def forward(self, x):
        return self.layers(((x - self.mean) / self.std).flatten(1))


class Basic(nn.Module):
    """relu(shortcut(x) + residual(x)) with two 3x3 convolutions; `stride` 2 halves the image."""

    expansion = 1

    def __init__(self, channels, width, stride):
        super().__init__()
        self.residual = nn.Sequential(
            *_convolution(channels, width, 3, stride), nn.ReLU(), *_convolution(width, width, 3, 1)
        )
        self.shortcut = _shortcut(channels, width, stride)

    def forward(self, x):
        return F.relu(self.residual(x) + self.shortcut(x))


class Bottleneck(nn.Module):
    """relu(shortcut(x) + residual(x)) with convolutions of 1x1, 3x3 and 1x1; gives 4 width channels."""

    expansion = 4

    def __init__(self, channels, width, stride):
        super().__init__()
        self.residual = nn.Sequential(
            *_convolution(channels, width, 1, 1), nn.ReLU(),
            *_convolution(width, width, 3, stride), nn.ReLU(),
            *_convolution(width, 4 * width, 1, 1),
        )
        self.shortcut = _shortcut(channels, 4 * width, stride)

    def forward(self, x):
        return F.relu(self.residual(x) + self.shortcut(x))


BLOCKS = {"basic": Basic, "bottleneck": Bottleneck}


class StagedResNet(nn.Module):
    """A residual network in stages, on images in [0, 1], (n, channels, h, w) -> logits (n, classes).

    Stage i has `blocks`[i] blocks ("basic" or "bottleneck") of `width` 2^i; all but the first halve the
    image. `mean` and `std` are as in `Perceptron`.
    """

    def __init__(self, block, blocks, width, classes, mean, std):
        super().__init__()
        self.shape = {
            "block": block, "blocks": blocks, "width": width, "classes": classes, "mean": mean, "std": std
        }
        normalising(self, mean, std)
        kind, channels = BLOCKS[block], width
        self.stem = nn.Sequential(*_convolution(len(mean), width, 3, 1), nn.ReLU())
        self.stages = nn.ModuleList()
        for i, count in enumerate(blocks):
            stage = []
            for j in range(count):
                stage.append(kind(channels, width * 2**i, 2 if i and j == 0 else 1))
                channels = width * 2**i * kind.expansion
            self.stages.append(nn.Sequential(*stage))
        self.linear = nn.Linear(channels, classes)
        ready(self)

    def maps(self, x):
        """The feature maps after each stage: a list of tensors (n, channels, h, w)."""
        x, found = self.stem((x - self.mean) / self.std), []
        for stage in self.stages:
            x = stage(x)
            found.append(x)
        return found

    def forward(self, x):
        return self.linear(self.maps(x)[-1].mean((2, 3)))


class OwnTeacher(StagedResNet):
    """A `StagedResNet` with a bottleneck and a classifier after every stage but the last, too.

    Zhang et al., ICCV 2019, https://arxiv.org/abs/1905.08094, figure 2. A bottleneck brings a shallow map to
    the size of the deepest: 1x1, then a convolution as large as its stride, then 1x1. As a network it is its
    deepest classifier; `exits` has all of them.
    """

    def __init__(self, **shape):
        super().__init__(**shape)
        deepest, expansion = self.linear.in_features, BLOCKS[shape["block"]].expansion
        widths = [shape["width"] * 2**i * expansion for i in range(len(self.stages) - 1)]
        self.bottlenecks = nn.ModuleList(
            _to_deepest(width, deepest, 2 ** (len(widths) - i)) for i, width in enumerate(widths)
        )
        self.classifiers = nn.ModuleList(nn.Linear(deepest, shape["classes"]) for _ in widths)
        ready(self)

    def exits(self, x):
        """Logits (n, classes) and features (n, f) of all classifiers, the deepest last."""
        *shallow, last = self.maps(x)
        maps = [bottleneck(found) for bottleneck, found in zip(self.bottlenecks, shallow, strict=True)]
        features = [found.mean((2, 3)) for found in [*maps, last]]
        classifiers = [*self.classifiers, self.linear]
        return [linear(f) for linear, f in zip(classifiers, features, strict=True)], features


def _convolution(channels, width, size, stride):
    """A convolution without bias, and its batch norm."""
    return nn.Conv2d(channels, width, size, stride, size // 2, bias=False), nn.BatchNorm2d(width)


def _shortcut(channels, width, stride):
    """The identity or, where the shape changes, a 1x1 convolution (option B of He et al.)."""
    if stride == 1 and channels == width:
        return nn.Identity()
    return nn.Sequential(Pointwise(channels, width, stride), nn.BatchNorm2d(width))


def _to_deepest(channels, deepest, stride):
    middle = deepest // 4
    shrinking = nn.Conv2d(middle, middle, stride, stride, bias=False)
    return nn.Sequential(
        *_convolution(channels, middle, 1, 1), nn.ReLU(),
        shrinking, nn.BatchNorm2d(middle), nn.ReLU(),
        *_convolution(middle, deepest, 1, 1), nn.ReLU(),
    )


def perceptron(role, hidden, dropout):
    """A fresh perceptron for the images of a role."""
    mean, std = role.moments
    return Perceptron(role.train.images[0].numel(), hidden, len(role.classes), dropout, mean, std)


def staged(role, network, kind=StagedResNet):
    """A fresh network of the class `kind` for the images of a role; `network` is a section `Network`."""
    mean, std = role.moments
    return kind(
        block=network.block, blocks=network.blocks, width=network.width, classes=len(role.classes),
        mean=mean, std=std,
    )


def cost(net, images):
    """What a network costs: parameters, and operations for one of `images`."""
    return {"parameters": parameters(net), "flops": of_image(net, images.shape[1:])}
