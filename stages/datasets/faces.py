"""Source `faces`: a hundred grey faces of 25x25 pixels that scikit-image ships, enlarged.

They are of "Labeled faces in the wild" (Huang, Ramesh, Berg, Learned-Miller 2007); the other hundred pictures
of `skimage.data.lfw_subset` show no faces and are left out.
"""

import numpy as np

from stages.datasets.unlabelled import role

FACES = 100


def load(section):
    """The role with the faces as RGB images of `section.shape` (3, h, w), by Pillow's bilinear filter."""
    from PIL import Image
    from skimage.data import lfw_subset

    grey = (lfw_subset()[:FACES] * 255).round().astype(np.uint8)
    _, height, width = section.shape
    faces = [
        np.asarray(Image.fromarray(face).resize((width, height), Image.Resampling.BILINEAR)) for face in grey
    ]
    images = np.repeat(np.stack(faces)[: section.test, None], 3, axis=1)
    return role(images, "faces: a hundred faces of Labeled Faces in the Wild from scikit-image, enlarged")
