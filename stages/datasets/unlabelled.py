"""Source `folder` of roles without classes: all images below a folder, in any format that Pillow reads.

Sets of other sizes, such as LSUN, become 32x32 by `resize: true`, whatever their shape, as the sets called
"resize" of Liang et al., ICLR 2018, https://arxiv.org/abs/1706.02690, are. Hidden files are passed over.
"""

import os
from pathlib import Path

import numpy as np
import torch

from stages.core.data import Role, Split
from stages.core.errors import UserError
from stages.datasets.folder import decoded, visible

SEED = 0


def load(section):
    """The role with at most `section.test` images of the folder `section.folder`, chosen by chance."""
    root = Path(section.folder)
    if not root.is_dir():
        raise UserError(f"{root} is no folder: set `folder` in params.yaml to that of your images")
    paths = list(files(root))
    if not paths:
        raise UserError(f"{root} holds no images: put some there, at any depth, in any image format")
    chosen = np.random.default_rng(SEED).permutation(len(paths))[: section.test]
    images = decoded([paths[i] for i in np.sort(chosen)], section.shape, section.resize)
    return role(images, f"folder {root.resolve().name}")


def files(folder):
    """The paths of all files at any depth below `folder`, sorted, without hidden ones."""
    for name in visible(folder):
        path = os.path.join(folder, name)
        if os.path.isdir(path):
            yield from files(path)
        elif not name.startswith("README"):
            yield path


def role(images, source):
    """Images, uint8 (n, c, h, w), as a role with nothing to train on and one class."""
    test = Split(torch.from_numpy(images), torch.zeros(len(images), dtype=torch.int64))
    return Role(test.part(0, 0), test, ["any"], source)
