"""Pictures cut into square tiles before anything else happens to them: no pixel is in two tiles.

A tile is cut from the original and then resized by itself, so that no filter mixes pixels across a cut.
"""

import numpy as np
import torch

from stages.core.data import Split


def cut(picture, rows, size):
    """The tiles of a picture, uint8 (h, w) or (h, w, 3), as uint8 (rows, columns, 3, size, size).

    A tile is h // rows pixels high and wide; there are as many columns as fit, and what is left over at the
    right and at the bottom is in none. Pillow's Lanczos filter resizes them.
    """
    from PIL import Image

    side = picture.shape[0] // rows
    image = Image.fromarray(picture).convert("RGB")
    tiles = [
        [
            image.crop((left, top, left + side, top + side)).resize((size, size), Image.Resampling.LANCZOS)
            for left in range(0, image.width - side + 1, side)
        ]
        for top in range(0, rows * side, side)
    ]
    return np.asarray(tiles).transpose(0, 1, 4, 2, 3)


def interleaved(tiles):
    """Tiles (rows, columns, ...) for training and those for testing: every fifth, a knight's move apart."""
    row, column = np.indices(tiles.shape[:2])
    tested = (row + 2 * column) % 5 == 0
    return tiles[~tested], tiles[tested]


def labelled(parts):
    """The images of several arrays (n, c, h, w) as one split; the label is the number of the array."""
    labels = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    return Split(torch.from_numpy(np.concatenate(parts)), torch.from_numpy(labels))
