"""Source `tiles`: crops of small parts of eight pictures that other sources do not use; a class is a part.

Five photographs of frost, which imagecorruptions ships, and scikit-image's coins, cell and moving clock are
brought to a height of four tiles. The tiles in the left 70 % of each are the classes, one of each picture in
turn; those in the right 30 % are for testing, and have no class of their own. No pixel is in two tiles.
"""

import importlib.util
from itertools import chain, zip_longest
from pathlib import Path

import numpy as np
import torch

from stages.core.data import Role, Split
from stages.datasets.photos import crops, halves
from stages.datasets.pictures import reduced

FROST = ["frost1.png", "frost2.png", "frost4.jpg", "frost5.jpg", "frost6.jpg"]           # 3 is 2 once more
TILE = 48                        # pixels of height and width: 289 crops of 32x32
ROWS = 4
CLASSES = 100


def load(section):
    """The role with `section.train` crops of CLASSES tiles and `section.test` crops of other tiles."""
    left, right = zip(*(halves(reduced(picture, ROWS * TILE)) for picture in pictures()), strict=True)
    tiles = in_turn([cut(part) for part in left])[:CLASSES]
    train = crops(tiles, section.train, section.shape, "train")
    test = crops(in_turn([cut(part) for part in right]), section.test, section.shape, "test")
    return Role(
        train, Split(test.images, torch.zeros_like(test.labels)), [f"tile {i}" for i in range(CLASSES)],
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


def cut(picture):
    """The tiles of a picture (h, w, 3), from top to bottom, then from left to right."""
    return [
        picture[row : row + TILE, column : column + TILE]
        for column in range(0, picture.shape[1] - TILE + 1, TILE)
        for row in range(0, picture.shape[0] - TILE + 1, TILE)
    ]


def in_turn(lists):
    """The items of several lists in one: the first of each, then the second of each, ..."""
    return [item for item in chain(*zip_longest(*lists)) if item is not None]
