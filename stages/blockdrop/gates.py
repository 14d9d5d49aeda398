"""Which parts of a network are left out: the gates of all its parts, 1 or 0, drawn at random.

n images, p parts. What is drawn in training comes with the batch.
"""

import torch

from stages.core.compute import device
from stages.core.errors import UserError


def without(parts, dropped):
    """Gates (p,) with the parts of these numbers at 0."""
    if dropped and not 0 <= min(dropped) <= max(dropped) < parts:
        raise UserError(f"part {max(dropped)} cannot be left out: the network has parts 0 to {parts - 1}")
    gates = torch.ones(parts, device=device)
    gates[list(dropped)] = 0
    return gates


def scattered(counts, parts, rng):
    """For each image as many gates at 1 as `counts`, (n,), says, at random places: (n, p)."""
    place = torch.rand(len(counts), parts, generator=rng, device=counts.device).argsort(1).argsort(1)
    return (place < counts[:, None]).float()


def survival(parts, last):
    """Probability that each part is kept, (p,), falling in equal steps to `last`: Huang et al., ECCV 2016,
    https://arxiv.org/abs/1603.09382, equation 4.
    """
    return 1 - torch.arange(1, parts + 1, device=device) / parts * (1 - last)


class Gated:
    """Training batches (x, y, gates): `draw(n)` gives the gates of a batch of n images."""

    def __init__(self, batches, draw):
        self.batches, self.draw = batches, draw

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        for x, y in self.batches:
            yield x, y, self.draw(len(y))
