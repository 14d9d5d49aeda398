"""Source `photos`: crops of ten photographs that scikit-image and scikit-learn ship; the class is the photograph.

The photographs are between 300 and 1,411 pixels high. They are brought to a common height first, so that a crop shows
about the same share of each. Crops for training lie wholly in the left 70 % of a photograph, crops for testing wholly
in the right 30 %, so that no pixel is in both; within a part they may overlap. Terms of the photographs: README.txt
beside skimage.data, and sklearn/datasets/images/README.txt.
"""

import numpy as np
import torch

from stages.core.data import Role, Split
from stages.core.errors import UserError

CLASSES = [
    "astronaut", "chelsea", "coffee", "rocket", "hubble", "immunohistochemistry", "retina", "motorcycle", "china",
    "flower",
]
HEIGHT = 256                 # pixels; a ResNet-20 then gets 70 to 95 % right after 250 steps
TRAIN_SHARE = 0.7            # of the width
SEED = 0


def load(section):
    """The role with `section.train` and `section.test` crops of `section.shape`, evenly from all photographs."""
    rng = np.random.default_rng(SEED)
    parts = [halves(photograph) for photograph in photographs()]
    train = crops([left for left, _ in parts], section.train, section.shape, "train", rng)
    test = crops([right for _, right in parts], section.test, section.shape, "test", rng)
    return Role(train, test, CLASSES, "photos: crops of ten photographs that scikit-image and scikit-learn ship")


def photographs():
    """The ten photographs in the order of CLASSES, uint8 (HEIGHT, width, 3), reduced by Pillow's Lanczos filter."""
    from PIL import Image
    from skimage import data
    from sklearn.datasets import load_sample_image

    originals = [
        data.astronaut(), data.chelsea(), data.coffee(), data.rocket(), data.hubble_deep_field(),
        data.immunohistochemistry(), data.retina(), data.stereo_motorcycle()[0], load_sample_image("china.jpg"),
        load_sample_image("flower.jpg"),
    ]
    return [
        np.asarray(Image.fromarray(original).resize((round(width * HEIGHT / height), HEIGHT), Image.Resampling.LANCZOS))
        for original in originals for height, width in [original.shape[:2]]
    ]


def halves(photograph):
    """The part of a photograph that is for training, at the left, and the part that is for testing."""
    cut = int(photograph.shape[1] * TRAIN_SHARE)
    return photograph[:, :cut], photograph[:, cut:]


def crops(parts, count, shape, split, rng):
    """`count` crops of `shape` (c, h, w) at distinct positions; with a remainder the first photographs give one more."""
    counts = [count // len(parts) + (i < count % len(parts)) for i in range(len(parts))]
    windows = [np.lib.stride_tricks.sliding_window_view(part, shape[1:], axis=(0, 1)) for part in parts]
    most = min(rows * columns for rows, columns, *_ in (window.shape for window in windows))
    if counts[0] > most:
        raise UserError(
            f"data.objects.{split} is {count}, but the photographs have only {most * len(parts)} distinct crops for it: "
            f"lower it to {most * len(parts)} or less"
        )
    images = []
    for window, wanted in zip(windows, counts, strict=True):
        rows, columns = window.shape[:2]
        row, column = np.divmod(rng.choice(rows * columns, wanted, replace=False), columns)
        images.append(window[row, column])                                   # (wanted, c, h, w)
    labels = np.repeat(np.arange(len(parts)), counts)
    return Split(torch.from_numpy(np.concatenate(images)), torch.from_numpy(labels))
