"""VGG for small images: Simonyan & Zisserman, ICLR 2015, https://arxiv.org/abs/1409.1556, table 1, with batch
norm and, as usual on CIFAR-10, one linear layer.
"""

import torch.nn.functional as F
from torch import nn

from stages.core.errors import UserError
from stages.core.nets import normalising, ready

# depth -> number of 3x3 convolutions in each of the five groups; a max pool ends each
GROUPS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}


class VGG(nn.Module):
    """VGG on images in [0, 1], (n, channels, h, w) -> logits (n, classes); h and w are at least 32.

    The groups have width w, 2w, 4w, 8w, 8w (w = 64 in the paper). `mean` and `std` are those of the training
    images, a number a channel; the network normalises its own input.
    """

    def __init__(self, depth, width, classes, mean, std):
        super().__init__()
        if depth not in GROUPS:
            raise UserError(f"a VGG has depth {', '.join(map(str, GROUPS))}, not {depth}")
        self.shape = {"depth": depth, "width": width, "classes": classes, "mean": mean, "std": std}
        normalising(self, mean, std)
        layers, channels = [], len(mean)
        for group, number in enumerate(GROUPS[depth]):
            for _ in range(number):
                after = width * 2 ** min(group, 3)
                layers += [
                    nn.Conv2d(channels, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU(True)
                ]
                channels = after
            layers.append(nn.MaxPool2d(2))
        self.layers = nn.Sequential(*layers)
        self.linear = nn.Linear(channels, classes)
        ready(self)

    def forward(self, x):
        x = self.layers((x - self.mean) / self.std)
        return self.linear(F.adaptive_avg_pool2d(x, 1).flatten(1))
