"""Sources `svhn` and `dtd`, sets to test on: torchvision downloads them once, checks and reads them.

SVHN, house numbers: Netzer et al. 2011, 26,032 test images of 32x32 pixels. Describable Textures: Cimpoi et
al., CVPR 2014, 1,880 test images (of split 1) of 300 to 640 pixels, which `resize: true` makes 32x32.
"""

import numpy as np

from stages.datasets.folder import decoded
from stages.datasets.torchvision_import import import_torchvision
from stages.datasets.torchvision_sets import DOWNLOADS, downloading
from stages.datasets.unlabelled import role


def load(section):
    """The role with all test images of the set `section.source`."""
    datasets = import_torchvision().datasets
    if section.source == "svhn":
        with downloading(section.source):
            images = np.ascontiguousarray(datasets.SVHN(DOWNLOADS, split="test", download=True).data)
        return role(images, "SVHN by torchvision")
    with downloading(section.source):
        found = datasets.DTD(DOWNLOADS, split="test", download=True)
    return role(decoded(found._image_files, section.shape, section.resize), "DTD by torchvision")
