"""Source `photos`: tiles of ten photographs that scikit-image and scikit-learn ship; a class is a photograph.

The photographs are 300 to 1,411 pixels high; each is cut into 14 rows of square tiles, so that a tile shows
about the same share of each. Every fifth tile is for testing, the others are for training: a photograph's sky
and ground are in both, and no pixel is in two images. The terms of the photographs are in README.txt beside
skimage.data and beside sklearn.datasets.images.
"""

from stages.core.data import Role
from stages.datasets.grid import cut, interleaved, labelled

CLASSES = [
    "astronaut", "chelsea", "coffee", "rocket", "hubble",
    "immunohistochemistry", "retina", "motorcycle", "china", "flower",
]
ROWS = 14                    # more make more images, with less of a photograph in each, and more to guess


def load(section):
    """The role with all tiles, resized to `section.shape` (c, h, w)."""
    parts = [interleaved(cut(photograph, ROWS, section.shape[1])) for photograph in photographs()]
    train, test = zip(*parts, strict=True)
    return Role(
        labelled(train), labelled(test), CLASSES,
        "photos: tiles of ten photographs from scikit-image and scikit-learn",
    )


def photographs():
    """The photographs in the order of CLASSES, uint8 (h, w, 3)."""
    from skimage import data
    from sklearn.datasets import load_sample_image

    return [
        data.astronaut(), data.chelsea(), data.coffee(), data.rocket(), data.hubble_deep_field(),
        data.immunohistochemistry(), data.retina(), data.stereo_motorcycle()[0],
        load_sample_image("china.jpg"), load_sample_image("flower.jpg"),
    ]
