"""How patches are learnt: one picture for all images and places (expectation over transformation).

Brown et al. 2017, https://arxiv.org/abs/1712.09665, section 2:

    p^  =  arg max_p  E over x, t, l of  log Pr(y^ | A(p, x, l, t))          targeted, y^ the target
    p^  =  arg max_p  E over x, t, l of  -log Pr(y | A(p, x, l, t))          untargeted, y the true label

All are learnt at once: each image of a batch has one of the P patches, in turn, and a patch sees no loss but
that of its own images. Pixels are steps of Adam, moved back into [0, 1] after each; the paper takes plain
gradient steps. Networks are in evaluation mode; nothing but pixels has a gradient. Against an ensemble, each
network sees its share of a batch, so that it costs no more than one network.
"""

import torch
import torch.nn.functional as F
from torch import nn

from stages.core.compute import device
from stages.core.optimizers import Adam
from stages.core.train import Around

GREY = 0.5                       # of a patch before it is learnt


class Patches(nn.Module):
    """A patch for each class as target, and a last one without: pixels (P, c, p, p), pasted by `placing`."""

    def __init__(self, classes, channels, side, placing):
        super().__init__()
        self.placing = placing
        self.pixels = nn.Parameter(torch.full((classes + 1, channels, side, side), GREY, device=device))

    def of(self, n):
        """Which patch each of `n` images has, in turn: (n,)."""
        return torch.arange(n, device=device) % len(self.pixels)

    def forward(self, x, places):
        turns = -(-len(x) // len(self.pixels))
        patches = self.pixels.repeat(turns, 1, 1, 1)[: len(x)]               # its gradient is a plain sum
        return self.placing.pasted(x, patches, places)


class Placed:
    """Training batches (x, y, places)."""

    def __init__(self, batches, placing, side, rng):
        self.batches, self.placing, self.side, self.rng = batches, placing, side, rng

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        for x, y in self.batches:
            yield x, y, self.placing.places(len(x), self.side, x.shape[-1], self.rng)


class Within(Around):
    """Steps `optimizer` and moves `pixels` back into [0, 1]."""

    def __init__(self, optimizer, pixels):
        super().__init__(optimizer)
        self.pixels = pixels

    def step(self, closure):
        loss = self.optimizer.step(closure)
        with torch.no_grad():
            self.pixels.clamp_(0, 1)
        return loss


def stepped(patches, lr):
    """The optimizer of patches."""
    return Within(Adam(patches.parameters(), lr), patches.pixels)


def against(nets):
    """loss(patches, batch) of the networks `nets`: the mean over images of what their patches minimise."""

    def loss(patches, batch):
        x, y, places = batch
        shares = patches(x, places).chunk(len(nets))
        logits = torch.cat([net(share).float() for net, share in zip(nets, shares, strict=True)])
        which = patches.of(len(x))
        untargeted = which == len(patches.pixels) - 1
        losses = F.cross_entropy(logits, torch.where(untargeted, y, which), reduction="none")
        return torch.where(untargeted, -losses, losses).mean()

    return loss
