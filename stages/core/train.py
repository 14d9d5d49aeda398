"""Training: one generator, varied by its arguments."""

import inspect
import math
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import nn

from stages.core.checkpoint import Checkpoint
from stages.core.compute import device, mixed
from stages.core.graphs import on_cuda


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

    def __init__(self, params, lr, momentum=0.0, weight_decay=0.0):
        fused = device.type == "cuda" or None                # the only way that takes the rate from a tensor
        super().__init__(params, lr, momentum, weight_decay=weight_decay, fused=fused)

    def before(self, taken):
        """As `training` asks it."""


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
    optimizer  anything with torch's step(closure); it may call the closure more than once. If it has
               before(taken), that is called first, with the number of steps before the current one; where
               it returns False, the batch passes by
    schedule   fraction of training done, in [0, 1) -> factor on the learning rate
    after      after(row), called after every epoch to test the network and add to the row
    extra      dict in which hooks and `after` keep tensors, or lists of them, between epochs

    A training that was killed goes on from its checkpoint: what it went through before is given as rows only.
    On a GPU steps are replayed: what a loss or an optimizer must keep to is in graphs.py.
    """
    peaks = [group["lr"] for group in optimizer.param_groups]
    checkpoint = Checkpoint(net, optimizer, {} if extra is None else extra)
    rows = checkpoint.restore()
    yield from rows
    step, before = steps(net, loss, optimizer), getattr(optimizer, "before", lambda taken: None)
    for epoch in range(len(rows), epochs):
        net.train()
        total = 0.0
        for i, batch in enumerate(batches):
            if before(epoch * len(batches) + i) is False:
                continue
            for group, peak in zip(optimizer.param_groups, peaks, strict=True):
                set_rate(group, peak * schedule((epoch + i / len(batches)) / epochs))
            total += step(batch)
        mean = float(total) / len(batches)
        if not math.isfinite(mean):
            raise FloatingPointError(f"the loss is {mean} in epoch {epoch + 1} of {epochs}: lower lr")
        rows.append({"epoch": epoch + 1, "train_loss": mean})
        if after:
            after(rows[-1])
        checkpoint.write(rows)
        yield rows[-1]


def steps(net, loss, optimizer):
    """step(batch) -> loss, replayed where the device is a GPU."""

    def body(batch):
        return optimizer.step(gradient(net, batch, loss, optimizer)).detach()

    return on_cuda(body, net, optimizer) if device.type == "cuda" else body


def set_rate(group, rate):
    """Sets the learning rate of a group; a replayed step finds it in a tensor."""
    if torch.is_tensor(group["lr"]):
        group["lr"].fill_(rate)
    else:
        group["lr"] = rate


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
