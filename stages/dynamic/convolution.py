"""Dynamic convolution: kernels that are mixed anew for every image.

Chen, Dai, Liu, Chen, Yuan, Liu, CVPR 2020, https://arxiv.org/abs/1912.03458:

    y = conv(x; sum_k π_k(x) W_k),   π(x) = softmax(z(x) / τ)
    z(x) = FC(ReLU(FC(mean over pixels of x)))

Every convolution of a ResNet has K kernels and an attention π of its own; K = 1 is the ResNet as it is. With
τ = 1 from the beginning a single kernel soon has all of π, and the others learn nothing: so τ falls from a
high value to 1 in the first part of training.
"""

import torch
import torch.nn.functional as F
from torch import nn

from stages.core.compute import device
from stages.core.nets import ResNet
from stages.core.train import Around

REDUCTION = 4                                                # of channels in an attention's hidden layer


class DynamicConv(nn.Module):
    """`kernels` convolutions in place of `conv`, whose weights are the first; `attention` is the last π."""

    def __init__(self, conv, kernels):
        super().__init__()
        first, hidden = conv.weight.detach(), max(conv.in_channels // REDUCTION, kernels)
        others = [nn.init.kaiming_normal_(torch.empty_like(first), mode="fan_out", nonlinearity="relu")
                  for _ in range(kernels - 1)]
        self.weight = nn.Parameter(torch.stack([first, *others]).contiguous())
        self.squeeze, self.excite = nn.Linear(conv.in_channels, hidden), nn.Linear(hidden, kernels)
        self.register_buffer("temperature", torch.ones(()))
        self.stride, self.padding = conv.stride, conv.padding

    def forward(self, x):
        z = self.excite(F.relu(self.squeeze(x.mean((2, 3)))))
        self.attention = (z.float() / self.temperature).softmax(1)
        return mixed_kernels(x, self.attention, self.weight, self.stride, self.padding)


def mixed_kernels(x, attention, weight, stride, padding):
    """Each image of x (n, c, h, w) by its own kernel, attention (n, k) times weight (k, o, c, i, j).

    All at once: the images are groups of channels of a single one.
    """
    n, (_, o, *rest) = len(x), weight.shape
    own = (attention @ weight.flatten(1)).view(n * o, *rest)
    y = F.conv2d(x.reshape(1, -1, *x.shape[2:]), own, None, stride, padding, groups=n)
    return y.view(n, o, *y.shape[2:])


class DynamicResNet(ResNet):
    """A ResNet with every convolution a dynamic one; a plain ResNet if `kernels` is 1.

    With the same seed the first kernels are those of the plain network.
    """

    def __init__(self, kernels, **shape):
        super().__init__(**shape)
        self.shape |= {"kernels": kernels}
        if kernels > 1:
            for module in list(self.modules()):
                for name, child in list(module.named_children()):
                    if isinstance(child, nn.Conv2d):
                        setattr(module, name, DynamicConv(child, kernels))
        self.dynamic = [layer for layer in self.modules() if isinstance(layer, DynamicConv)]
        self.to(device)

    def choices(self):
        """The attention of all layers for the images that the network has just seen: (n, layer, kernel)."""
        return torch.stack([layer.attention.detach() for layer in self.dynamic], 1)


class Annealing(Around):
    """Lets τ fall from `first` to 1, linearly over the first `falling` steps of `optimizer`."""

    def __init__(self, net, optimizer, first, falling):
        super().__init__(optimizer)
        self.net, self.first, self.falling = net, first, falling

    def before(self, taken):
        done = min(taken / self.falling, 1.0) if self.falling else 1.0
        for layer in self.net.dynamic:
            layer.temperature.fill_(self.first + (1 - self.first) * done)
