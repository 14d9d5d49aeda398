"""Source `tiles`: parts of eight pictures that other sources do not use; a class is a part.

Five photographs of frost, which imagecorruptions ships, and scikit-image's coins, cell and moving clock are
cut into five rows of square parts, each as large as four images. Of every fifth part the four quarters are
for testing, and have no class of their own: no pixel is in two test images. The others are the classes, one
of each picture in turn: training images are crops of them, and may overlap.
"""

import importlib.util
from itertools import chain, zip_longest
from pathlib import Path

import numpy as np
import torch

from stages.core.data import Role, Split
from stages.core.errors import UserError
from stages.datasets.grid import cut, interleaved, labelled

FROST = ["frost1.png", "frost2.png", "frost4.jpg", "frost5.jpg", "frost6.jpg"]           # 3 is 2 once more
ROWS = 5
CLASSES = 100
SEED = 0


def load(section):
    """The role with `section.train` crops of CLASSES parts and the quarters of all parts for testing."""
    size = section.shape[1]
    train, test = zip(*(interleaved(cut(picture, ROWS, 2 * size)) for picture in pictures()), strict=True)
    images = np.concatenate([quarters(part) for part in np.concatenate(test)])
    return Role(
        labelled(crops(in_turn(train)[:CLASSES], section.train, size)),
        Split(torch.from_numpy(images), torch.zeros(len(images), dtype=torch.int64)),
        [f"part {i}" for i in range(CLASSES)],
        "tiles: parts of eight photographs from imagecorruptions and scikit-image",
    )


def pictures():
    """The pictures, uint8 (h, w) or (h, w, 3)."""
    from PIL import Image
    from skimage import data

    folder = Path(importlib.util.find_spec("imagecorruptions").origin).parent / "frost"
    found = []
    for name in FROST:
        with Image.open(folder / name) as opened:
            found.append(np.asarray(opened.convert("RGB")))
    return [*found, data.coins(), data.cell(), data.clock()]


def quarters(part):
    """The four quarters of a part (c, 2 h, 2 w), as (4, c, h, w)."""
    c, h, w = part.shape
    return part.reshape(c, 2, h // 2, 2, w // 2).transpose(1, 3, 0, 2, 4).reshape(4, c, h // 2, w // 2)


def crops(parts, count, size):
    """`count` square crops of `size` pixels at distinct positions, evenly from all parts (c, h, w): a list of
    arrays, one a part.

    The first parts give one more if it does not divide. UserError if a part has too few positions.
    """
    counts = [count // len(parts) + (i < count % len(parts)) for i in range(len(parts))]
    windows = [np.lib.stride_tricks.sliding_window_view(part, (size, size), axis=(1, 2)) for part in parts]
    most = windows[0].shape[1] * windows[0].shape[2]
    if counts[0] > most:
        raise UserError(
            f"`train` is {count}, but the pictures have only {most * len(parts)} distinct crops for it: "
            f"lower it to {most * len(parts)} or less"
        )
    rng = np.random.default_rng(SEED)
    found = []
    for window, wanted in zip(windows, counts, strict=True):
        row, column = np.divmod(rng.choice(most, wanted, replace=False), window.shape[2])
        found.append(window[:, row, column].swapaxes(0, 1))                  # (wanted, c, size, size)
    return found


def in_turn(lists):
    """The items of several lists in one: the first of each, then the second of each, ..."""
    return [item for item in chain(*zip_longest(*lists)) if item is not None]
