"""How far features move when an image is transformed, over how far different images are apart.

Distances are 1 - cosine. PIRL's authors compare an image's representation with its copy's; that of different
images is what they have in common, so a ratio tells encoders apart whatever their scale: 0 is invariant, 1 as
far as another image.
"""

import torch
import torch.nn.functional as F

from stages.core.data import unit
from stages.selfsup.augment import jittered
from stages.selfsup.linear import features
from stages.selfsup.pirl import CELLS
from stages.selfsup.rotnet import rotated


def shuffled(x, order):
    """Images cut into nine square cells, as large as fit, in the places of `order` (b, 9)."""
    b, c, side = x.shape[:3]
    cell, edge = side // CELLS, side % CELLS // 2
    x = x[:, :, edge : edge + CELLS * cell, edge : edge + CELLS * cell]
    cells = x.reshape(b, c, CELLS, cell, CELLS, cell).permute(0, 2, 4, 1, 3, 5).flatten(1, 2)
    cells = cells[torch.arange(b, device=x.device)[:, None], order].unflatten(1, (CELLS, CELLS))
    return cells.permute(0, 3, 1, 4, 2, 5).reshape(x.shape)


def copies(images, strength, rng):
    """Images and several transformed copies of them, float in [0, 1], by name; the mean of copies counts."""
    x = unit(images)
    order = torch.rand(len(x), CELLS**2, generator=rng, device=x.device).argsort(1)
    still = torch.arange(CELLS**2, device=x.device).expand_as(order)
    return {
        "rotation": (x, rotated(x)[1:]),
        "jigsaw": (shuffled(x, still), [shuffled(x, order)]),
        "colour": (x, [jittered(x, strength, rng)]),
    }


def distance(a, b):
    """1 - cosine, (n,)."""
    return 1 - F.cosine_similarity(a, b)


def apart(a):
    """The mean distance of n features from each other."""
    sums = F.normalize(a, dim=1).sum(0)
    return 1 - (sums.square().sum() - len(a)) / (len(a) * (len(a) - 1))


def moved(encoder, images, several):
    """How far the mean features of each block move, the mean of several copies: (blocks, n)."""
    before = features(encoder, images)
    scales = [apart(a) for a in before]
    found = [torch.stack([distance(a, b) / scale
                          for a, b, scale in zip(before, features(encoder, x), scales, strict=True)])
             for x in several]
    return torch.stack(found).mean(0)
