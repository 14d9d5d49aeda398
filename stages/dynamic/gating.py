"""Channel gates: a network that computes only the channels that an image needs.

Bejnordi, Blankevoort, Welling, ICLR 2020, https://arxiv.org/abs/1907.06627: every residual block has a small
network that looks at the block's input and opens or closes each channel between its two convolutions, so that
outputs of the first and inputs of the second are saved:

    z = FC(ReLU(BN(FC16(mean over pixels of x)))),   p = σ(z)
    gate = 1[z + noise > 0],   gradient of σ((z + noise) / τ),   τ = 2/3, noise logistic

the binary concrete relaxation with a straight-through gradient; without noise at test time. Attacks, too,
follow the straight-through gradient. Gates begin open, seven times of eight: in a few epochs a network that
begins half closed learns little. That is ours.
"""

import torch
from torch import nn

from stages.core.compute import device
from stages.core.nets import ResNet

HIDDEN, TEMPERATURE = 16, 2 / 3                              # the paper's
OPEN = 2.0                                                   # added to z at first; σ(2) = 0.88


class Gate(nn.Module):
    """Images of a block's input (n, channels, h, w) -> gates (n, gates), 0 or 1.

    `logits` are z of the last images, `open` their gates.
    """

    def __init__(self, channels, gates):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(channels, HIDDEN), nn.BatchNorm1d(HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, gates),
        )
        with torch.no_grad():
            self.layers[-1].bias += OPEN

    def forward(self, x):
        self.logits = self.layers(x.mean((2, 3))).float()
        z = self.logits + logistic(self.logits) if self.training else self.logits
        soft = (z / TEMPERATURE).sigmoid()
        self.open = (z > 0).to(soft) + (soft - soft.detach())        # 0 or 1 exactly: what is added is 0
        return self.open

    def macs(self):
        """Multiply-accumulates of the gate itself, for an image."""
        return sum(layer.weight.numel() for layer in self.layers if isinstance(layer, nn.Linear))


def logistic(like):
    """Logistic noise, log u - log(1 - u), in the shape of `like`."""
    return torch.rand_like(like).clamp(1e-6, 1 - 1e-6).logit()


class Gated(nn.Module):
    """A convolution whose input channels are multiplied by `open`, which is set from outside."""

    def __init__(self, conv):
        super().__init__()
        self.conv = conv

    def forward(self, x):
        self.pixels = x.shape[2] * x.shape[3]
        return self.conv(x * self.open[:, :, None, None])


class GatedBlock(nn.Module):
    """A block with gates on the channels between its convolutions."""

    def __init__(self, block):
        super().__init__()
        self.channels, self.width = block.conv1.in_channels, block.conv1.out_channels
        block.conv2 = Gated(block.conv2)
        self.block, self.gate = block, Gate(self.channels, self.width)

    def forward(self, x):
        self.block.conv2.open = self.gate(x)
        return self.block(x)

    def macs(self):
        """Multiply-accumulates for each of the last images: (n,)."""
        each = 9 * (self.channels + self.width) * self.block.conv2.pixels    # of one channel in between
        return self.gate.open.detach().sum(1) * each + self.gate.macs()


class GatedResNet(ResNet):
    """A ResNet with gates in every block."""

    def __init__(self, **shape):
        super().__init__(**shape)
        self.blocks = nn.Sequential(*(GatedBlock(block) for block in self.blocks))
        self.gates = [block.gate for block in self.blocks]
        self.to(device)

    def forward(self, x):
        self.pixels = x.shape[2] * x.shape[3]
        return super().forward(x)

    def choices(self):
        """The gates of all blocks for the images that the network has just seen: (n, gate)."""
        return torch.cat([gate.open.detach() for gate in self.gates], 1)

    def macs(self):
        """Multiply-accumulates for each image that the network has just seen, gates included: (n,)."""
        always = self.conv.weight.numel() * self.pixels + self.linear.weight.numel()
        return always + sum(block.macs() for block in self.blocks)
