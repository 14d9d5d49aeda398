"""The networks by name: those that patches are carried between, and those that might withstand them."""

import torch
from torch import nn

from stages.core.nets import ResNet, fused, load_net
from stages.core.params import Depth, read
from stages.core.recipe import weights_path
from stages.core.vgg import VGG
from stages.patch.dense import DenseNet
from stages.patch.params import Window


class Filtered(nn.Module):
    """A network that sees images through a median filter of `side` x `side` pixels: feature squeezing.

    Xu, Evans, Qi, NDSS 2018, https://arxiv.org/abs/1704.01155, section II-C. Patches can be learnt through
    it: the gradient goes to the pixel that is the median.
    """

    def __init__(self, net, side):
        super().__init__()
        self.net, self.side = net, side

    def forward(self, x):
        return self.net(median(x, self.side))


def median(x, side):
    """Images with each pixel the median of the `side` x `side` around it, a channel at a time; beyond the
    border pixels repeat. (torch's median and padding have no deterministic gradient on a GPU.)
    """
    rows, columns = (
        torch.arange(-(side // 2), size + side // 2, device=x.device).clamp(0, size - 1)
        for size in x.shape[2:]
    )
    padded = x.index_select(2, rows).index_select(3, columns)
    windows = padded.unfold(2, side, 1).unfold(3, side, 1).flatten(-2)                      # (n, c, h, w, s²)
    return windows.sort(-1).values[..., side**2 // 2].contiguous(memory_format=torch.channels_last)


def networks(names, seed):
    """The networks of a seed, in evaluation mode and with fixed weights: name -> one.

    `deeper` is the network that judges images elsewhere, `robust` the one trained on attacked images, and
    `resnet` is of the same shape as that one.
    """
    depth, side = read("robust.depth", Depth), read("patch.median", Window)
    resnets = {"resnet": f"resnet{depth}/sgd", "deeper": "judge/objects", "robust": "robust",
               "cutout": "patch/cutout", "median": f"resnet{depth}/sgd"}
    others = {"vgg": VGG, "dense": DenseNet}
    found = {}
    for name in names:
        if name in others:
            net = load_net(weights_path(f"patch/{name}", seed), others[name]).requires_grad_(False)
        else:
            net = fused(load_net(weights_path(resnets[name], seed), ResNet))
        found[name] = Filtered(net, side).eval() if name == "median" else net
    return found
