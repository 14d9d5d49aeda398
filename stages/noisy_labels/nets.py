"""The network of Wang et al. 2019 (their code, CIFAR-10), of any width.

Groups of 3x3 convolutions, each with batch norm and ReLU, images halved by the largest of four pixels after
each group; then a hidden layer and the logits. The paper's has three groups of two convolutions, 64, 128 and
196 wide, and 256 hidden units.
"""

import torch
import torch.nn.functional as F
from torch import nn

from stages.core.compute import device
from stages.core.errors import UserError
from stages.core.nets import normalising


class Convolutional(nn.Module):
    """On images in [0, 1], (n, channels, side, side) -> logits (n, classes); normalises its own input."""

    def __init__(self, widths, convolutions, dense, side, classes, mean, std):
        super().__init__()
        normalising(self, mean, std)
        left = side // 2 ** len(widths)
        if left < 1:
            raise UserError(f"images of {side} x {side} pixels cannot be halved {len(widths)} times: mend "
                            "`noisy_labels.network.widths` or `noisy_labels.data.pool`")
        layers, channels = [], len(mean)
        for width in widths:
            for _ in range(convolutions):
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
                channels = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.dense = nn.Linear(channels * left**2, dense)
        self.linear = nn.Linear(dense, classes)
        self.to(device, memory_format=torch.channels_last)

    def forward(self, x):
        x = self.features((x - self.mean) / self.std)
        return self.linear(F.relu(self.dense(x.flatten(1))))


def network(role, shape):
    """A fresh network for the images of a role; `shape` is section `noisy_labels.network`."""
    side, classes = role.train.images.shape[-1], len(role.classes)
    return Convolutional(shape.widths, shape.convolutions, shape.dense, side, classes, *role.moments)
