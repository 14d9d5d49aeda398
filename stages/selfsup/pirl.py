"""PIRL: an image and its transformed copy are to have the same representation, whatever the transformation.

Misra & van der Maaten, CVPR 2020, https://arxiv.org/abs/1912.01991. v is what a head f makes of an image, or
another head g of its copy, turned or cut into a jigsaw; a memory has m_I of every image, and m of N others
are negatives. With s cosine similarity, h is the share of one among all N + 1:

    h(m_I, v) = exp(s(m_I, v) / tau) / (exp(s(m_I, v) / tau) + sum_{I'} exp(s(m_I', v) / tau))
    NCE(m_I, v) = -log h(m_I, v) - sum_{I'} log(1 - h(m_I', v))
    L = lambda NCE(m_I, g(copy)) + (1 - lambda) NCE(m_I, f(image))

After a step m_I <- momentum m_I + (1 - momentum) f(image), of length 1. The memory begins with what the
untrained network makes of the images: in few epochs, noise would not be forgotten. With lambda 0 it is
instance discrimination. RotNet's features follow the transformation, these are not to.
"""

from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from stages.core.data import Batches, unit
from stages.core.errors import UserError
from stages.selfsup.augment import Viewed, boxes, crops, jittered
from stages.selfsup.nets import Headed
from stages.selfsup.rotnet import TURNS, rotated

CELLS, CELL, PATCH = 3, 12, 10                               # a side of the jigsaw; pixels, of 36
LEAST = 0.6                                                  # share of the image that is cut up


def nce(positive, negatives, v, tau):
    """Both terms for v (b, d), of which each belongs to one of `positive` (b, d) and to none of `negatives`
    (b, N, d), unit vectors.
    """
    v = F.normalize(v.float(), dim=1)
    alike = torch.cat([(positive * v).sum(1, keepdim=True), (negatives * v[:, None]).sum(2)], 1) / tau
    log_h = alike.log_softmax(1)                             # (b, 1 + N)
    rest = torch.log1p(-log_h[:, 1:].exp().clamp(max=1 - 1e-6))
    return -(log_h[:, 0] + rest.sum(1)).mean()


def remember(bank, index, v, momentum):
    """Moves the vectors of the images `index` in `bank`, in place."""
    with torch.no_grad():
        v = F.normalize(v.float(), dim=1)
        bank[index] = F.normalize(momentum * bank[index] + (1 - momentum) * v, dim=1)


def drawn_negatives(index, count, n, rng):
    """For each image of `index` (b,) so many of the n - 1 others, with repetition: (b, count)."""
    drawn = torch.randint(n - 1, (len(index), count), generator=rng, device=index.device)
    return drawn + (drawn >= index[:, None])


def turned(x, rng):
    """Each image turned by one of the four rotations."""
    turns = torch.randint(TURNS, (len(x),), generator=rng, device=x.device)
    found = rotated(x)[turns, torch.arange(len(x), device=x.device)]
    return found.contiguous(memory_format=torch.channels_last)


def patches(x, box, shift, order):
    """Nine pieces of each `box` in the places of `order` (b, 9): (9b, 3, PATCH, PATCH).

    A box has 36 units a side and cells of 12; a piece has 10 and is shifted by up to two: `shift` (b, 9, 2).
    """
    top, left, height, width = (value[:, None] for value in box.T)
    cell = torch.arange(CELLS, device=x.device) * CELL
    rows, columns = cell.repeat_interleave(CELLS) + shift[..., 0], cell.repeat(CELLS) + shift[..., 1]
    unit = height / (CELLS * CELL), width / (CELLS * CELL)
    piece = torch.stack([top + rows * unit[0], left + columns * unit[1],
                         (PATCH * unit[0]).expand_as(rows), (PATCH * unit[1]).expand_as(rows)], 2)
    piece = piece.gather(1, order[:, :, None].expand_as(piece))
    return crops(x.repeat_interleave(CELLS**2, 0), piece.flatten(0, 1), PATCH)


def jigsaw(x, strength, rng):
    """The pieces of a random part of each image, in a random order, each with colours of its own."""
    n, device = len(x), x.device
    shift = torch.randint(CELL - PATCH + 1, (n, CELLS**2, 2), generator=rng, device=device)
    order = torch.rand(n, CELLS**2, generator=rng, device=device).argsort(1)
    found = patches(x, boxes(n, x.shape[2], (LEAST, 1.0), rng), shift, order)
    return jittered(found, strength, rng).contiguous(memory_format=torch.channels_last)


class Pairs(Viewed):
    """Training batches (view, copy, index, negatives) of numbered images."""

    def __init__(self, batches, options, negatives, pieces, rng):
        super().__init__(batches, options, rng)
        self.negatives, self.pieces = negatives, pieces

    def __iter__(self):
        for x, index in self.batches:
            copy = self.copied(x)
            yield (self.seen(x, self.options.strength), copy, index,
                   drawn_negatives(index, self.negatives, len(self.batches.labels), self.rng))

    def copied(self, x):
        if self.pieces:
            return jigsaw(x, self.options.strength, self.rng)
        return turned(self.seen(x, self.options.strength), self.rng)


class Invariant(Headed):
    """An encoder with the heads f and g and the memory of images, uint8."""

    def __init__(self, encoder, outputs, images, pieces):
        super().__init__(encoder, f=nn.Linear(encoder.width, outputs), g=nn.Linear(encoder.width, outputs))
        self.join = nn.Linear(CELLS**2 * outputs, outputs) if pieces else nn.Identity()
        self.to(encoder.mean.device)
        with torch.no_grad():
            made = torch.cat([self(unit(part)) for part in images.split(500)])
        self.register_buffer("bank", F.normalize(made, dim=1))

    def forward(self, x):
        return self.f(self.encoder(x))

    def of_copy(self, x, n):
        """What g makes of the copies of n images, each of one or nine pieces."""
        return self.join(self.g(self.encoder(x)).view(n, -1))


def invariance(options, net, batch):
    """L, and the memory is moved."""
    x, copy, index, negatives = batch
    v, moved = net(x), net.of_copy(copy, len(index))
    bank = net.bank
    loss = (options.share * nce(bank[index], bank[negatives], moved, options.temperature)
            + (1 - options.share) * nce(bank[index], bank[negatives], v, options.temperature))
    remember(bank, index, v, options.momentum)
    return loss


def pirl(pieces, encoder, split, size, views, options, rng):
    """What is trained, on which batches, by which loss."""
    n = len(split)
    if options.negatives >= n:
        raise UserError(f"`selfsup.pirl.negatives` is {options.negatives}, but an image has only {n - 1} "
                        "others: lower it")
    net = Invariant(encoder, options.outputs, split.images, pieces)
    batches = Batches(split.numbered(), size, rng)
    return net, Pairs(batches, views, options.negatives, pieces, rng), partial(invariance, options)
