"""Optimizers besides SGD (train.py)."""

import inspect

import torch

from stages.core.compute import device


class Adam(torch.optim.Adam):
    """torch's, without the wrappers that are for torch.compile, as core's SGD; `fused`, all weights are moved
    at once, as they always are on a GPU.
    """

    add_param_group = inspect.unwrap(torch.optim.Adam.add_param_group)
    zero_grad = inspect.unwrap(torch.optim.Adam.zero_grad)
    step = torch.no_grad()(inspect.unwrap(torch.optim.Adam.step))

    def __init__(self, params, lr, betas=(0.9, 0.999), fused=None):
        on_gpu = device.type == "cuda"
        super().__init__(params, lr, betas, fused=on_gpu or fused, capturable=on_gpu)

    def before(self, taken):
        """As `training` asks it."""
