"""Importing torchvision, also beside a build of torch that its compiled part does not fit."""

import importlib
import sys

OPERATORS = ("torchvision::nms", "torchvision::qnms")
SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"   # of both, in torchvision/csrc/ops


def import_torchvision():
    """The package torchvision; `torchvision.transforms.v2` and the like can be imported afterwards.

    The compiled part of PyPI's torchvision wants CUDA's libraries and does not load beside a torch without
    them. torchvision does without it, but on import it describes two of its operators to torch, which refuses
    to have an operator described that nobody defined. So they are defined here, without code: data sets,
    transforms and networks then work, and `torchvision.ops` still says that its operators are missing.
    """
    try:
        return importlib.import_module("torchvision")
    except RuntimeError as error:
        if OPERATORS[0] not in str(error):
            raise
    import torch

    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]                                                # half imported
    for operator in OPERATORS:
        torch.library.define(operator, SCHEMA)
    return importlib.import_module("torchvision")
