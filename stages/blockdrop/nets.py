"""A residual network and a VGG of which any part can be left out, for all images or for some.

    x_{i+1} = relu(g_i f_i(x_i) + s_i(x_i))                residual block: f_i is two convolutions
    x_{i+1} = g_i relu(f_i(x_i)) + (1 - g_i) s_i(x_i)      layer of VGG: f_i is one, and there is no skip

The gate g_i is 1, or 0 where the part is left out. A dropped block leaves its skip, which is the identity, as
nothing in x_i is below 0; a dropped layer is replaced by the same. Where the width doubles, s_i is the
shortcut without parameters of core's ResNet: halved image, channels padded with zeros. He et al., CVPR 2016,
https://arxiv.org/abs/1512.03385 (option A); Simonyan & Zisserman, ICLR 2015, https://arxiv.org/abs/1409.1556.

n images, p parts.
"""

import torch
import torch.nn.functional as F
from torch import nn

from stages.core.compute import device, mixed
from stages.core.data import unit
from stages.core.nets import Block, normalising, ready, widened


class ResidualBlock(Block):
    """A block of core's ResNet whose residual has a gate."""

    def forward(self, x, gate=None):
        residual = self.residual(x)
        if gate is not None:
            residual = gate.to(residual.dtype) * residual    # float32 would make float32 of it
        return F.relu(residual + self.shortcut(x))


class PlainLayer(nn.Module):
    """Convolution, batch norm and ReLU; `stride` 2 halves the image before, by the largest of four pixels."""

    def __init__(self, channels, width, stride):
        super().__init__()
        self.conv = nn.Conv2d(channels, width, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.stride, self.added = stride, width - channels

    def forward(self, x, gate=None):
        x = F.max_pool2d(x, 2, ceil_mode=True) if self.stride > 1 else x
        after = F.relu(self.norm(self.conv(x)))
        if gate is None:
            return after
        gate = gate.to(after.dtype)
        return gate * after + (1 - gate) * widened(x, self.added)


PARTS = {"residual": (ResidualBlock, 1), "vgg": (PlainLayer, 2)}     # and how many are two convolutions


class Droppable(nn.Module):
    """A network of depth 6n + 2 on images in [0, 1], (n, channels, h, w) -> logits (n, classes).

    3n residual blocks, or 6n layers of VGG, in three groups of width w, 2w and 4w, between a convolution and
    a linear layer. It sees images `pool` times smaller, and normalises them by `mean` and `std` of each
    channel.
    """

    def __init__(self, kind, depth, width, pool, classes, mean, std):
        super().__init__()
        self.shape = {"kind": kind, "depth": depth, "width": width, "pool": pool, "classes": classes,
                      "mean": mean, "std": std}
        normalising(self, mean, std)
        self.pool = pool
        self.conv = nn.Conv2d(len(mean), width, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(width)
        part, number = PARTS[kind]
        self.blocks, channels = nn.ModuleList(), width
        for group in range(3):
            for i in range(number * (depth - 2) // 6):
                self.blocks.append(part(channels, width * 2**group, 2 if group and i == 0 else 1))
                channels = width * 2**group
        self.linear = nn.Linear(channels, classes)
        ready(self)

    def stem(self, x):
        """What the first part sees."""
        x = (x - self.mean) / self.std
        return F.relu(self.norm(self.conv(F.avg_pool2d(x, self.pool) if self.pool > 1 else x)))

    def head(self, x):
        """Logits of what the last part gives."""
        return self.linear(x.mean((2, 3)))

    def forward(self, x, gates=None, order=None):
        """`gates` are those of all images, (p,), or of each, (n, p); `order` says which part is at which
        place.
        """
        x = self.stem(x)
        for i in order or range(len(self.blocks)):
            x = self.blocks[i](x, None if gates is None else gates[..., i].view(-1, 1, 1, 1))
        return self.head(x)


def droppable(role, kind, shape):
    """A fresh network for the images of a role; `shape` has its depth, width and pool."""
    return Droppable(kind, shape.depth, shape.width, shape.pool, len(role.classes), *role.moments)


def narrows(net):
    """For each part whether it halves the image and doubles the width: bool (p,)."""
    return torch.tensor([part.stride > 1 for part in net.blocks], device=device)


@torch.no_grad()
def right(net, split, gates=None, order=None, batch_size=500):
    """Which images of a split a network in evaluation mode has right: bool (n,); gates are as in its
    `forward`.
    """
    if net.training:
        raise AssertionError("what is right in training mode depends on the batch: call net.eval()")
    found = []
    for start in range(0, len(split), batch_size):
        part = split.part(start, start + batch_size)
        some = gates[start : start + batch_size] if gates is not None and gates.dim() > 1 else gates
        with mixed():
            found.append(net(unit(part.images), some, order).argmax(1) == part.labels)
    return torch.cat(found)
