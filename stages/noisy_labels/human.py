"""The labels that people gave to CIFAR-10's training images: CIFAR-10N.

Wei, Zhu, Cheng, Liu, Niu, Liu, ICLR 2022, https://arxiv.org/abs/2110.12088. Three people labelled every
image: random1, random2 and random3 are theirs, aggre is the majority, worse a wrong one where there is one.
The file CIFAR-10_human.pt, from the authors' page http://noisylabels.com, is a pickle of a dict of NumPy
arrays in the order of CIFAR-10's files. Nothing else is unpickled from it (torch's `weights_only`): it can
run no code.
"""

from pathlib import Path

import numpy as np
import torch

from stages.core.data import Split
from stages.core.errors import UserError

FILE = "CIFAR-10_human.pt"
KEYS = {"aggre": "aggre_label", "worse": "worse_label", "random1": "random_label1",
        "random2": "random_label2", "random3": "random_label3"}
ARRAYS = [np._core.multiarray._reconstruct, np.ndarray, np.dtype, type(np.dtype("int64")),
          (np._core.multiarray._reconstruct, "numpy.core.multiarray._reconstruct")]      # as NumPy 1 wrote it


def human(which, folder, true):
    """Labels that people gave, int64 (n,), to the first images of `objects`, whose true labels are `true`."""
    from stages.datasets.prepare import sample

    content = loaded(Path(folder) / FILE)
    lacking = [key for key in ("clean_label", KEYS[which]) if key not in content]
    if lacking:
        raise UserError(f"{folder}/{FILE} has no {lacking[0]}: it has {', '.join(map(str, content))}")
    clean, given = (np.asarray(content[key]) for key in ("clean_label", KEYS[which]))
    numbered = Split(torch.arange(len(clean), device="cpu"), torch.from_numpy(clean).to("cpu"))
    order = sample(numbered, len(clean), seed=0).images.numpy()
    if len(true) > len(clean) or (clean[order[: len(true)]] != true).any():
        raise UserError(f"the true labels in {folder}/{FILE} are not those of `objects`: they are for all of "
                        "CIFAR-10, `data.objects.source: cifar10` and `data.objects.train: 50000`")
    return given[order[: len(true)]].astype(np.int64)


def loaded(path):
    """The dict of arrays in the authors' file."""
    if not path.is_file():
        raise UserError(f"{path} does not exist: get it from http://noisylabels.com, or leave out noises "
                        "that begin with human_")
    try:
        with torch.serialization.safe_globals(ARRAYS):
            content = torch.load(path, "cpu", weights_only=True)
    except Exception as error:
        raise UserError(f"{path} is not a file of arrays alone: {str(error).splitlines()[0]}") from None
    if not isinstance(content, dict):
        raise UserError(f"{path} holds a {type(content).__name__}, not a dict of arrays: get it again")
    return content
