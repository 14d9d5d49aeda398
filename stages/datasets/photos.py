"""Source `photos`: crops of ten photographs that scikit-image and scikit-learn ship; a class is a photograph.

The photographs are 300 to 1,411 pixels high. They are brought to a common height first, so that a crop shows
about the same share of each. Crops for training lie wholly in the left 70 % of a photograph, those for
testing wholly in the right 30 %: no pixel is in both. Within a part they may overlap. The terms of the
photographs are in README.txt beside skimage.data and beside sklearn.datasets.images.
"""

import numpy as np
import torch

from stages.core.data import Role, Split
from stages.core.errors import UserError

CLASSES = [
    "astronaut", "chelsea", "coffee", "rocket", "hubble",
    "immunohistochemistry", "retina", "motorcycle", "china", "flower",
]
HEIGHT = 112                 # pixels; higher leaves less of a photograph in a crop, and more to guess
TRAIN_SHARE = 0.7            # of the width
SEEDS = {"train": 0, "test": 1}


def load(section):
    """The role with `section.train` and `section.test` crops of `section.shape` (c, h, w)."""
    left, right = zip(*(halves(photograph) for photograph in photographs()), strict=True)
    train = crops(left, section.train, section.shape, "train")
    test = crops(right, section.test, section.shape, "test")
    return Role(train, test, CLASSES, "photos: crops of ten photographs from scikit-image and scikit-learn")


def photographs():
    """The photographs in the order of CLASSES, uint8 (HEIGHT, w, 3), reduced by Pillow's Lanczos filter."""
    from PIL import Image
    from skimage import data
    from sklearn.datasets import load_sample_image

    originals = [
        data.astronaut(), data.chelsea(), data.coffee(), data.rocket(), data.hubble_deep_field(),
        data.immunohistochemistry(), data.retina(), data.stereo_motorcycle()[0],
        load_sample_image("china.jpg"), load_sample_image("flower.jpg"),
    ]
    widths = [round(width * HEIGHT / height) for height, width, _ in (image.shape for image in originals)]
    return [
        np.asarray(Image.fromarray(original).resize((width, HEIGHT), Image.Resampling.LANCZOS))
        for original, width in zip(originals, widths, strict=True)
    ]


def halves(photograph):
    """The part of a photograph that is for training, at the left, and the part that is for testing."""
    cut = int(photograph.shape[1] * TRAIN_SHARE)
    return photograph[:, :cut], photograph[:, cut:]


def crops(parts, count, shape, split):
    """`count` crops of `shape` (c, h, w) at distinct positions, evenly from all parts.

    The first parts give one more if it does not divide. UserError if a part has too few positions.
    """
    counts = [count // len(parts) + (i < count % len(parts)) for i in range(len(parts))]
    windows = [np.lib.stride_tricks.sliding_window_view(part, shape[1:], axis=(0, 1)) for part in parts]
    most = min(rows * columns for rows, columns, *_ in (window.shape for window in windows))
    if counts[0] > most:
        raise UserError(
            f"`{split}` is {count}, but the photographs have only {most * len(parts)} distinct crops for it: "
            f"lower it to {most * len(parts)} or less"
        )
    rng = np.random.default_rng(SEEDS[split])
    images = []
    for window, wanted in zip(windows, counts, strict=True):
        rows, columns = window.shape[:2]
        row, column = np.divmod(rng.choice(rows * columns, wanted, replace=False), columns)
        images.append(window[row, column])                                   # (wanted, c, h, w)
    labels = np.repeat(np.arange(len(parts)), counts)
    return Split(torch.from_numpy(np.concatenate(images)), torch.from_numpy(labels))
