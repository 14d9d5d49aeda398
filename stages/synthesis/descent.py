"""Every picture is one descent: on what a classifier makes of it, within reach of where it begins.

Santurkar et al. 2019, section 3: from an image x0 and for a class y

    x = argmin_{|x' - x0|_2 <= epsilon}  L(x', y),   L the cross-entropy of the classifier,

by projected gradient descent: a step along the normalised gradient, back into the ball around x0, then every
pixel into [0, 1]. Inpainting (3.2) and feature painting add weight * mean(((x' - x0) (1 - m))^2), mean over
pixels and channels, with the mask m 1 in a box, else 0.
"""

from collections import deque

import torch

from stages.core.attacks import input_gradient, inside, steepest
from stages.core.errors import UserError

BATCH_SIZE = 250


def descent(loss, x, given, settings):
    """The images after each step from x (n, c, h, w); the sum of loss(images, *given), (n,), falls."""
    found = x
    for _ in range(settings.iterations):
        direction = steepest(input_gradient(lambda at: loss(at, *given).sum(), found), "l2")
        found = inside(x, found - settings.step * direction - x, settings.epsilon, "l2")
        yield found


def painted(loss, x, given, settings):
    """Where the descent from x ends; `given` are tensors with a row an image."""
    parts = zip(*(each.split(BATCH_SIZE) for each in (x, *given)), strict=True)
    return torch.cat([deque(descent(loss, part, more, settings), maxlen=1).pop() for part, *more in parts])


def boxes(images, box, rng, name):
    """Masks (n, 1, h, w) that are 1 in a square of `box` pixels at a random place of each image, else 0."""
    n, _, height, width = images.shape
    if box >= min(height, width):
        raise UserError(f"`{name}` is {box}, but images are {height} x {width} pixels: lower it")
    inside = []
    for side in (height, width):
        first = torch.randint(side - box + 1, (n, 1), generator=rng, device=images.device)
        place = torch.arange(side, device=images.device)
        inside.append((first <= place) & (place < first + box))              # (n, side)
    return (inside[0][:, None, :, None] & inside[1][:, None, None, :]).to(images.dtype)


def outside(at, x, mask):
    """Mean squared change of each image where the mask is 0, over all its pixels and channels: (n,)."""
    return ((at - x) * (1 - mask)).square().mean((1, 2, 3))
