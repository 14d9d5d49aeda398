"""Source `digits`: the 1,797 handwritten digits of 8x8 pixels that scikit-learn ships, enlarged.

They are the test set of "Optical recognition of handwritten digits" (Alpaydin & Kaynak 1998,
https://doi.org/10.24432/C50P49), in 17 grey levels. The split is fixed and stratified: 1,297 to train, 500 to
test. A writer may be in both, since scikit-learn does not say who wrote what.
"""

import numpy as np
import torch

from stages.core.data import Role, Split

TEST = 500
SEED = 0


def load(section):
    """The role with all digits as images of `section.shape` (1, h, w)."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    digits = load_digits()
    images = torch.from_numpy(enlarged(digits.images, section.shape))
    labels = torch.from_numpy(digits.target.astype(np.int64))
    train, test = train_test_split(np.arange(len(labels)), test_size=TEST, stratify=labels, random_state=SEED)
    return Role(
        Split(images[train], labels[train]),
        Split(images[test], labels[test]),
        [str(name) for name in digits.target_names],
        "digits: scikit-learn's 1,797 digits of 8x8 pixels, enlarged",
    )


def enlarged(levels, shape):
    """Grey levels 0 to 16, (n, 8, 8), as uint8 images (n, 1, h, w), by Pillow's bilinear filter.

    Pillow filters in whole numbers, so the bytes are the same on every machine.
    """
    from PIL import Image

    grey = (levels * (255 / 16)).astype(np.uint8)
    size = shape[2], shape[1]
    images = [np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BILINEAR)) for image in grey]
    return np.stack(images)[:, None]
