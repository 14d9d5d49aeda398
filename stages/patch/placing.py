"""The operator A(p, x, l, t): a patch p pasted into an image x at the place l after a transformation t.

Brown, Mané, Roy, Abadi, Gilmer 2017, https://arxiv.org/abs/1712.09665, section 2. A patch is p x p pixels,
of which a circle shows only those whose centre is within p / 2 of its own. It is turned by an angle and
enlarged by a factor, each drawn anew for each image, and put where it fits, everywhere with the same
probability; corners that turn out of the image are cut.

n images (n, c, h, w); patches (n, c, p, p), one for each; places (n, 4): row and column of the upper left
corner before it is turned, angle in radians, factor.
"""

import math
from dataclasses import dataclass

import torch

from stages.core.compute import device
from stages.core.errors import UserError


@dataclass(frozen=True)
class Placing:
    """How patches are pasted: their `shape`, square or circle; the largest `rotation` to either side, in
    degrees; the factors `smallest` and `largest` between which they are enlarged.
    """

    shape: str
    rotation: float
    smallest: float
    largest: float

    @property
    def upright(self):
        """Whether patches fall on whole pixels, as they are."""
        return not self.rotation and self.smallest == self.largest == 1

    def places(self, n, side, image, rng):
        """Places of `n` patches of `side` pixels in square images of `image` pixels, drawn from `rng`."""
        if side * self.largest > image:
            raise UserError(f"a patch of {side * self.largest:g} pixels does not fit in images of {image}: "
                            "lower `patch.sizes` or `patch.placing.largest`")
        drawn = torch.rand(4, n, generator=rng, device=device)
        if self.upright:
            corner = (drawn[:2] * (image - side + 1)).floor().clamp(max=image - side)
            return torch.stack([*corner, torch.zeros_like(corner[0]), torch.ones_like(corner[0])], 1)
        factor = self.smallest + (self.largest - self.smallest) * drawn[3]
        angle = math.radians(self.rotation) * (2 * drawn[2] - 1)
        return torch.stack([*(drawn[:2] * (image - side * factor)), angle, factor], 1)

    def pasted(self, x, patches, places):
        """Images x with their patches; the rest of x is as it was, to the bit."""
        return (self.shifted if self.upright else self.turned)(x, patches, places)

    def shifted(self, x, patches, places):
        """`pasted` where patches fall on whole pixels."""
        steps = torch.arange(patches.shape[-1], device=x.device)
        rows, columns = (places[:, axis, None].long() + steps for axis in (0, 1))           # (n, p)
        each = torch.arange(len(x), device=x.device)
        at = each[:, None, None], slice(None), rows[:, :, None], columns[:, None, :]
        offset = steps + 0.5 - len(steps) / 2
        shown = self.shown(offset[:, None], offset, len(steps))[..., None]
        out = x.clone()
        out[at] = torch.where(shown, patches.permute(0, 2, 3, 1), x[at])                    # (n, p, p, c)
        return out

    def turned(self, x, patches, places):
        """`pasted` in general: every pixel of x looks up where it is in the patch, between four pixels."""
        side, (row, column, angle, factor) = patches.shape[-1], places[..., None, None].unbind(1)
        down, right = (torch.arange(size, device=x.device) + 0.5 for size in x.shape[2:])
        down = down[:, None] - row - factor * side / 2                                      # from its middle
        right = right - column - factor * side / 2                                          # (n, h, w)
        down, right = ((down * angle.cos() - right * angle.sin()) / factor,                 # turned back
                       (down * angle.sin() + right * angle.cos()) / factor)
        colour = looked_up(patches, down + (side - 1) / 2, right + (side - 1) / 2)
        return torch.where(self.shown(down, right, side)[:, None], colour, x)

    def shown(self, down, right, side):
        """Which points of a patch are shown; `down` and `right` are pixels from its middle."""
        if self.shape == "circle":
            return down.square() + right.square() <= (side / 2) ** 2
        return torch.maximum(down.abs(), right.abs()) <= side / 2


def looked_up(patches, rows, columns):
    """The colours of patches (n, c, p, p) at points (n, h, w) between their pixels, bilinearly; beyond the
    outermost pixels those of these. (grid_sample has no deterministic gradient on a GPU.)
    """
    last = patches.shape[-1] - 1
    rows, columns = rows.clamp(0, last), columns.clamp(0, last)
    each = torch.arange(len(patches), device=patches.device)[:, None, None]
    by_pixel, colour = patches.permute(0, 2, 3, 1), 0.0
    for near_row in (rows.floor(), rows.floor() + 1):
        for near_column in (columns.floor(), columns.floor() + 1):
            weight = (1 - (rows - near_row).abs()) * (1 - (columns - near_column).abs())
            pixel = by_pixel[each, near_row.long().clamp(max=last), near_column.long().clamp(max=last)]
            colour = colour + weight[..., None] * pixel                                     # (n, h, w, c)
    return colour.permute(0, 3, 1, 2)
