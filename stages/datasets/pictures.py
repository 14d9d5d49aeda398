"""Sources `textures`, `scenes` and `pages`: tiles of pictures that scikit-image and matplotlib ship.

None of them is among the photographs of `photos` and `tiles`. Grey pictures become RGB with equal channels.
Their terms are in README.txt beside skimage.data and in matplotlib's mpl-data/sample_data.
"""

import numpy as np

from stages.datasets.grid import cut
from stages.datasets.unlabelled import role

# Rows of tiles in a picture: several bricks and pebbles are in a tile, and a letter is a third of one.
ROWS = {"textures": 8, "scenes": 10, "pages": 6}
SHIPPED = {
    "textures": "scikit-image", "scenes": "scikit-image and matplotlib", "pages": "scikit-image",
}


def load(section):
    """The role with all tiles of the pictures of the source, resized to `section.shape` (c, h, w)."""
    names, pictures = originals(section.source)
    tiles = [cut(picture, ROWS[section.source], section.shape[1]) for picture in pictures]
    images = np.concatenate([each.reshape(-1, *section.shape) for each in tiles])
    return role(images, f"{section.source}: tiles of {', '.join(names)} from {SHIPPED[section.source]}")


def originals(source):
    """Names of the pictures of a source, and the pictures, uint8 (h, w) or (h, w, 3)."""
    from skimage import data

    if source == "textures":
        return ["brick", "grass", "gravel"], [data.brick(), data.grass(), data.gravel()]
    if source == "scenes":
        return ["camera", "moon", "grace_hopper"], [data.camera(), data.moon(), grace_hopper()]
    return ["page", "text"], [data.page(), data.text()]


def grace_hopper():
    """matplotlib's sample photograph."""
    from matplotlib.cbook import get_sample_data
    from PIL import Image

    with Image.open(get_sample_data("grace_hopper.jpg", asfileobj=False)) as opened:
        return np.asarray(opened.convert("RGB"))
