"""Sources `cifar10`, `cifar100`, `mnist`, `fashion_mnist`: torchvision downloads, checks and reads them.

CIFAR-10 and CIFAR-100: Krizhevsky, "Learning multiple layers of features from tiny images", 2009, 50,000 and
10,000 images each.
MNIST: LeCun, Bottou, Bengio, Haffner, Proceedings of the IEEE 1998, 60,000 and 10,000 images.
FashionMNIST: Xiao, Rasul, Vollgraf 2017, https://arxiv.org/abs/1708.07747, 60,000 and 10,000 images.
"""

from contextlib import contextmanager

import numpy as np
import torch

from stages.core.data import Role, Split
from stages.core.errors import UserError
from stages.datasets.torchvision_import import import_torchvision

DOWNLOADS = "data/raw/downloads"


def load(section):
    """The whole role from the set `section.source`."""
    datasets = import_torchvision().datasets
    kinds = {"cifar10": datasets.CIFAR10, "cifar100": datasets.CIFAR100, "mnist": datasets.MNIST,
             "fashion_mnist": datasets.FashionMNIST}
    kind = kinds[section.source]
    with downloading(section.source):
        train, test = (kind(DOWNLOADS, train=train, download=True) for train in (True, False))
    classes = [name.partition(" - ")[0] for name in train.classes]           # torchvision: "3 - three"
    return Role(split(train), split(test), classes, f"{kind.__name__} by torchvision")


@contextmanager
def downloading(source):
    """Inside, whatever torchvision raises becomes one line about `source`."""
    try:
        yield
    except Exception as error:  # network, checksum, archive and format each raise their own types
        reason = " ".join(str(error).split())
        raise UserError(
            f"{source} could not be downloaded to {DOWNLOADS} or read from there ({reason}): delete "
            "that folder and try again, or set `source` to folder and `folder` to where you have the images"
        ) from None


def split(found):
    """A data set of torchvision as uint8 (n, c, h, w) and int64 labels."""
    images = torch.as_tensor(np.ascontiguousarray(found.data))
    images = images.permute(0, 3, 1, 2).contiguous() if images.ndim == 4 else images[:, None]
    return Split(images, torch.as_tensor(found.targets))
