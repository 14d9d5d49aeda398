"""The convolutional networks that all losses share on `objects`, after DCGAN.

Radford, Metz, Chintala, ICLR 2016, https://arxiv.org/abs/1511.06434: no pooling, batch norm and ReLU in the
generator, leaky ReLU and batch norm in the critic, weights N(0, 0.02). For 32x32, with the width w:

    z -> 4w x 4x4 -> 2w x 8x8 -> w x 16x16 -> c x 32x32, (1 + tanh) / 2               transposed 4x4, stride 2
    2x - 1 -> w x 16x16 -> 2w x 8x8 -> 4w x 4x4 -> one number                         4x4, stride 2

With a gradient penalty the critic has no batch norm, as its paper demands: what is penalised is the slope at
single images. Clipping holds for the scales of batch norm, too, as in the authors' code.
"""

import torch
from torch import nn

from stages.core.compute import device

SLOPE, DEVIATION = 0.2, 0.02


class Centred(nn.Module):
    """From [0, 1] to [-1, 1], which a critic likes better."""

    def forward(self, x):
        return 2 * x - 1


class Shown(nn.Module):
    """From any number to [0, 1], by tanh."""

    def forward(self, x):
        return (1 + x.tanh()) / 2


def made(*layers):
    """A network of `layers` on the device; its convolutions begin with weights N(0, 0.02)."""
    net = nn.Sequential(*layers)
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(layer.weight, std=DEVIATION)
    return net.to(device, memory_format=torch.channels_last)


def convolutional_generator(latent, width, channels=3):
    """Noise (n, latent) -> images (n, channels, 32, 32)."""
    return made(
        nn.Linear(latent, 16 * 4 * width, bias=False), nn.Unflatten(1, (4 * width, 4, 4)),
        nn.BatchNorm2d(4 * width), nn.ReLU(),
        nn.ConvTranspose2d(4 * width, 2 * width, 4, 2, 1, bias=False), nn.BatchNorm2d(2 * width), nn.ReLU(),
        nn.ConvTranspose2d(2 * width, width, 4, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
        nn.ConvTranspose2d(width, channels, 4, 2, 1), Shown(),
    )


def convolutional_critic(width, channels=3, norm=True):
    """Images (n, channels, 32, 32) -> logits (n,)."""
    kind = nn.BatchNorm2d if norm else nn.Identity
    return made(
        Centred(),
        nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(SLOPE),
        nn.Conv2d(width, 2 * width, 4, 2, 1), kind(2 * width), nn.LeakyReLU(SLOPE),
        nn.Conv2d(2 * width, 4 * width, 4, 2, 1), kind(4 * width), nn.LeakyReLU(SLOPE),
        nn.Flatten(), nn.Linear(16 * 4 * width, 1), nn.Flatten(0),
    )
