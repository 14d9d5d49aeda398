"""Source `folder` of roles without classes: all images below a folder, in any format that Pillow reads.

Sets of other sizes, such as LSUN, become 32x32 by `resize: true`, whatever their shape, as the sets called
"resize" of Liang et al., ICLR 2018, https://arxiv.org/abs/1706.02690, are. Hidden files are passed over.
"""

from pathlib import Path

import numpy as np
import torch

from stages.core.data import Role, Split
from stages.core.errors import UserError
from stages.datasets.folder import decoded
from stages.datasets.listing import elsewhere, require_folder, visible

SEED = 0


def load(section):
    """The role with at most `section.test` images of the folder `section.folder`, chosen by chance."""
    root = Path(section.folder)
    require_folder(root)
    paths = list(files(root))
    if not paths:
        raise UserError(
            f"{root} holds no images: put some there, at any depth, in any image format{elsewhere(root)}"
        )
    chosen = np.random.default_rng(SEED).permutation(len(paths))[: section.test]
    images = decoded([paths[i] for i in np.sort(chosen)], section.shape, section.resize)
    return role(images, f"folder {root.resolve().name}")


def files(folder):
    """The paths of all files at any depth below `folder`, sorted, without hidden ones."""
    for entry in visible(folder):
        if entry.is_dir():
            yield from files(entry.path)
        elif not entry.name.startswith("README"):
            yield entry.path


def role(images, source):
    """Images, uint8 (n, c, h, w), as a role with nothing to train on and one class."""
    test = Split(torch.from_numpy(images), torch.zeros(len(images), dtype=torch.int64))
    return Role(test.part(0, 0), test, ["any"], source)
