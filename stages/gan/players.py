"""Two networks that learn against each other, by turns.

Goodfellow et al., "Generative adversarial nets", NeurIPS 2014, https://arxiv.org/abs/1406.2661, algorithm 1:
the critic (there: discriminator) is stepped on real images and on what the generator makes of noise, then the
generator on what the critic says of that. Images are in [0, 1] everywhere.

Both are trained in float32: what a penalty differentiates twice is not for half precision. Steps are taken
one by one on a GPU too, since a captured graph is for one network and one optimizer; nothing in them waits
for it: losses are added up on the device and read once an epoch.
"""

import math
from contextlib import contextmanager

import torch
from torch import nn

from stages.core.checkpoint import Checkpoint
from stages.core.compute import device


class Player:
    """A network and its optimizer."""

    def __init__(self, net, optimizer):
        self.net, self.optimizer = net, optimizer

    def update(self, loss):
        """Steps down the gradient of `loss`, and returns its value."""
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.detach()


class Both:
    """Two players as a checkpoint asks for a network and an optimizer."""

    def __init__(self, *players):
        self.optimizers = [player.optimizer for player in players]
        self.buffers = nn.ModuleList(player.net for player in players).buffers

    @property
    def param_groups(self):
        return [group for optimizer in self.optimizers for group in optimizer.param_groups]

    def state_dict(self):
        return [optimizer.state_dict() for optimizer in self.optimizers]

    def load_state_dict(self, states):
        for optimizer, state in zip(self.optimizers, states, strict=True):
            optimizer.load_state_dict(state)


def playing(generator, critic, batches, turn, epochs, turns=None, after=None, extra=None):
    """Trains two players, one epoch each time it is asked for the next row of history.

    turn    turn(stream, taken) -> {name: loss, a tensor}; it takes what batches it needs from `stream`;
            `taken` is the number of turns before
    turns   turns of an epoch, as many as there are batches if it is None; `stream` has no end, and begins
            with a new pass every epoch
    after   after(row), called after every epoch to look at the networks and add to the row
    extra   dict in which `after` keeps tensors between epochs

    A training that was killed goes on from its checkpoint, as one of `stages.core.train`.
    """
    both, turns = Both(generator, critic), turns or len(batches)
    checkpoint = Checkpoint(both, both, {} if extra is None else extra)
    rows = checkpoint.restore()
    yield from rows
    for epoch in range(len(rows), epochs):
        generator.net.train()
        critic.net.train()
        stream, totals = endless(batches), {}
        for i in range(turns):
            for name, loss in turn(stream, epoch * turns + i).items():
                totals[name] = totals.get(name, 0.0) + loss / turns
        row = {"epoch": epoch + 1} | {name: float(total) for name, total in totals.items()}
        if not all(map(math.isfinite, row.values())):
            raise FloatingPointError(f"a loss is not finite in epoch {epoch + 1} of {epochs}: lower lr")
        if after:
            after(row)
        rows.append(row)
        checkpoint.write(rows)
        yield row


def gaussian(latent, rng):
    """noise(n) -> normal latent vectors (n, latent)."""
    return lambda n: torch.randn(n, latent, generator=rng, device=device)


def endless(batches):
    """Pass after pass of `batches`."""
    while True:
        yield from batches


@contextmanager
def frozen(net):
    """Inside, `net` passes gradients on, but has none of its own."""
    net.requires_grad_(False)
    try:
        yield net
    finally:
        net.requires_grad_(True)
