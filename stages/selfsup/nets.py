"""The encoder that every method trains: blocks of a 3x3 convolution with a stride, batch norm and ReLU.

What a method adds, its heads, is thrown away afterwards.
"""

import torch.nn.functional as F
from torch import nn

from stages.core.nets import normalising, ready


class Encoder(nn.Module):
    """Images in [0, 1] (n, 3, h, w) -> features (n, widths[-1]), the mean over the last block's pixels."""

    def __init__(self, widths, strides, mean, std):
        super().__init__()
        self.shape = {"widths": widths, "strides": strides, "mean": mean, "std": std}
        normalising(self, mean, std)
        self.width, channels = widths[-1], [len(mean), *widths]
        self.convs = nn.ModuleList(
            nn.Conv2d(before, after, 3, stride, padding=1, bias=False)
            for before, after, stride in zip(channels, widths, strides, strict=False)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for width in widths)
        ready(self)

    def maps(self, x):
        """What each block makes of x, a list of (n, width, height, width)."""
        x, found = (x - self.mean) / self.std, []
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = F.relu(norm(conv(x)))
            found.append(x)
        return found

    def forward(self, x):
        return self.maps(x)[-1].mean((2, 3))


class Headed(nn.Module):
    """An encoder with what a method puts on it; `net.encoder` is kept."""

    def __init__(self, encoder, **heads):
        super().__init__()
        self.encoder = encoder
        for name, head in heads.items():
            setattr(self, name, head)
        self.to(encoder.mean.device)

    def forward(self, x):
        return self.head(self.encoder(x))


def encoder_of(role, shape):
    """A fresh encoder for the images of a role; `shape` is section `selfsup.encoder`."""
    return Encoder(shape.widths, shape.strides, *role.moments)


def mlp(inner, outer):
    """Two layers, with batch norm between."""
    return nn.Sequential(nn.Linear(inner, inner, bias=False), nn.BatchNorm1d(inner), nn.ReLU(),
                         nn.Linear(inner, outer))
