"""Training: one generator, varied by its arguments."""

import inspect
import math
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import nn

from stages.core.checkpoint import Checkpoint
from stages.core.compute import mixed


def cosine(done):
    """Factor on the learning rate after the fraction `done` of training: from 1 to 0 along half a cosine.

    Loshchilov & Hutter, ICLR 2017, https://arxiv.org/abs/1608.03983, equation 5, one period.
    """
    return (1 + math.cos(math.pi * done)) / 2


def cross_entropy(net, batch):
    """Mean cross-entropy of `net` on a batch (x, y), in nats."""
    x, y = batch
    return F.cross_entropy(net(x).float(), y)


class SGD(torch.optim.SGD):
    """torch's, without the wrappers that are for torch.compile: they import it, a second of every process."""

    add_param_group = inspect.unwrap(torch.optim.SGD.add_param_group)
    zero_grad = inspect.unwrap(torch.optim.SGD.zero_grad)
    step = torch.no_grad()(inspect.unwrap(torch.optim.SGD.step))


class Around:
    """Base of optimizers that step another in their own way; all but `step` is the other's."""

    def __init__(self, optimizer):
        self.optimizer = optimizer

    def __getattr__(self, name):
        return getattr(self.optimizer, name)


def training(net, batches, loss, optimizer, epochs, schedule=cosine, after=None, extra=None):
    """Trains `net`, one epoch each time it is asked for the next row of history.

    batches    iterable with a length; every pass over it is one epoch
    loss       loss(net, batch) -> scalar
    optimizer  anything with torch's step(closure); it may call the closure more than once
    schedule   fraction of training done, in [0, 1) -> factor on the learning rate
    after      after(row), called after every epoch to test the network and add to the row
    extra      dict in which hooks and `after` keep tensors, or lists of them, between epochs

    Each group of the optimizer has `taken`, the number of steps before the current one. A training that was
    killed goes on from its checkpoint: what it went through before is given as rows only.
    """
    peaks = [group["lr"] for group in optimizer.param_groups]
    checkpoint = Checkpoint(net, optimizer, {} if extra is None else extra)
    rows = checkpoint.restore()
    yield from rows
    for epoch in range(len(rows), epochs):
        net.train()
        total = 0.0
        for i, batch in enumerate(batches):
            for group, peak in zip(optimizer.param_groups, peaks, strict=True):
                group["taken"] = epoch * len(batches) + i
                group["lr"] = peak * schedule((epoch + i / len(batches)) / epochs)
            total += optimizer.step(gradient(net, batch, loss, optimizer)).detach()
        mean = float(total) / len(batches)
        if not math.isfinite(mean):
            raise FloatingPointError(f"the loss is {mean} in epoch {epoch + 1} of {epochs}: lower lr")
        rows.append({"epoch": epoch + 1, "train_loss": mean})
        if after:
            after(rows[-1])
        checkpoint.write(rows)
        yield rows[-1]


def gradient(net, batch, loss, optimizer):
    """The closure that torch's optimizers expect: leaves the gradient in the weights and returns the loss."""

    def closure():
        optimizer.zero_grad()
        with mixed():
            value = loss(net, batch)
        value.backward()
        return value

    return closure


@contextmanager
def batchnorm_frozen(net):
    """Inside, batch norm normalises by the batch as always, but its running statistics stay as they are."""
    layers = [layer for layer in net.modules() if isinstance(layer, nn.modules.batchnorm._BatchNorm)]
    before = [layer.track_running_stats for layer in layers]
    for layer in layers:
        layer.track_running_stats = False      # momentum 0 would still count the batches
    try:
        yield
    finally:
        for layer, tracked in zip(layers, before, strict=True):
            layer.track_running_stats = tracked


@torch.no_grad()
def recompute_batchnorm(net, batches):
    """Sets the running statistics of `net` to the mean over one pass of `batches`."""
    with mixed():
        torch.optim.swa_utils.update_bn((x for x, _ in batches), net)
