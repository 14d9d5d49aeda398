"""Source `digits`: the 1,797 handwritten digits of 8x8 pixels that scikit-learn ships, enlarged.

They are the test set of "Optical recognition of handwritten digits" (Alpaydin & Kaynak 1998,
https://doi.org/10.24432/C50P49), 17 grey levels. The split is fixed and stratified: 1,297 to train and 500 to test.
"""

import numpy as np
import torch

from stages.core.data import Role, Split

TEST = 500
SEED = 0


def load(section):
    """The role with all digits as images of `section.shape`."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    levels, labels = load_digits().images, load_digits().target
    images = enlarged(levels, section.shape)
    train, test = train_test_split(np.arange(len(labels)), test_size=TEST, stratify=labels, random_state=SEED)
    images, labels = torch.from_numpy(images), torch.from_numpy(labels.astype(np.int64))
    return Role(
        Split(images[train], labels[train]), Split(images[test], labels[test]), [str(digit) for digit in range(10)],
        "digits: scikit-learn's 1,797 digits of 8x8 pixels, enlarged to 28x28",
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
