"""Sources `textures`, `scenes` and `pages`: crops of pictures that scikit-image and matplotlib ship.

None of them is among the photographs of `photos` and `tiles`. Grey pictures become RGB with equal channels.
Their terms are in README.txt beside skimage.data and in matplotlib's mpl-data/sample_data.
"""

import numpy as np

from stages.datasets.photos import crops
from stages.datasets.unlabelled import role

# Pixels that the pictures are reduced to: bricks and pebbles stay visible; scenes are as large as `photos`
# are; letters are as tall as a third of a crop.
HEIGHTS = {"textures": 256, "scenes": 112, "pages": 172}


SHIPPED = {
    "textures": "scikit-image", "scenes": "scikit-image and matplotlib", "pages": "scikit-image",
}


def load(section):
    """The role with `section.test` crops, evenly from all pictures of the source."""
    names, pictures = originals(section.source)
    parts = [reduced(picture, HEIGHTS[section.source]) for picture in pictures]
    images = crops(parts, section.test, section.shape, "test").images.numpy()
    return role(images, f"{section.source}: crops of {', '.join(names)} from {SHIPPED[section.source]}")


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


def reduced(picture, height):
    """A picture as uint8 RGB (height, w, 3), by Pillow's Lanczos filter."""
    from PIL import Image

    image = Image.fromarray(picture).convert("RGB")
    size = round(image.width * height / image.height), height
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS))
