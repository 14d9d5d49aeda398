"""Cutout: does a network generalise better when a square of every training image is hidden from it?

DeVries & Taylor 2017, https://arxiv.org/abs/1708.04552, section 3. After an image was shifted, mirrored and
normalised,

    x[:, i, j] = 0    for i, j in a square of side L around a centre that is uniform over the image

The square is clipped where it reaches over the border, as the paper intends: some images keep most of
themselves. Our networks normalise their own input, so that 0 is here the mean of the training images.
"""

import torch


class Cut:
    """Training batches (x, y) with a square of side `size` cut out of every image.

    `fill` is (1, c, 1, 1), in [0, 1]; the centres are drawn from `rng`, a generator of NumPy's.
    """

    def __init__(self, batches, size, fill, rng):
        self.batches, self.size, self.fill, self.rng = batches, size, fill, rng

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        height, width = self.batches.height, self.batches.width
        for x, y in self.batches:
            centres = self.rng.integers([[height], [width]], size=(2, len(y)))
            yield cut(x, torch.from_numpy(centres).to(x.device), self.size, self.fill), y


def cut(x, centres, size, fill):
    """Images x (b, c, h, w) with squares around `centres` (2, b), rows and columns, filled with `fill`."""
    rows, columns = covered(centres[0], size, x.shape[2]), covered(centres[1], size, x.shape[3])
    square = rows[:, None, :, None] & columns[:, None, None, :]              # (b, 1, h, w)
    return torch.where(square, fill, x).contiguous(memory_format=torch.channels_last)


def covered(centre, size, length):
    """Which of `length` pixels in a line are among the `size` around each `centre` (b,): bool (b, length)."""
    offset = torch.arange(length, device=centre.device) - centre[:, None] + size // 2
    return (offset >= 0) & (offset < size)
