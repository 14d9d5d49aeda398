"""Replayed steps against steps taken one by one, to the bit.

There is no GPU here. A `Tape` stands for a CUDA graph: it notes the operations of a step with their tensors,
and plays them again on these, whatever Python would do by then.
"""

import contextlib
import functools

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from stages.core import checkpoint, compute, graphs, optimizers, train
from stages.core.attacks import pgd
from stages.core.compute import noted
from stages.core.data import Batches, Split
from stages.core.graphs import Replayed
from stages.core.train import SGD, cross_entropy, training
from tests.conftest import some_images
from tests.core.steps import KINDS, plainly, resnet
from tests.core.test_checkpoint import Killed, inputs, process, succeeded  # noqa: F401

EPOCHS = 3                       # of three batches: three steps one by one, then six replayed


class Tape(TorchDispatchMode):
    """The operations inside the context."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        if operation is torch.ops.aten._local_scalar_dense.default:
            raise RuntimeError("a step may not wait\nfor the GPU")
        results = operation(*args, **(kwargs or {}))
        self.calls.append((operation, args, kwargs or {}, results))
        return results

    def play(self):
        with torch._C._AutoDispatchBelowAutograd():
            for operation, args, kwargs, results in self.calls:
                found = operation(*args, **kwargs)
                for old, new in zip(tree_leaves(results), tree_leaves(found), strict=True):
                    if torch.is_tensor(old) and old.data_ptr() != new.data_ptr():
                        old.copy_(new)                       # neither a view nor changed in place


def taped(net, optimizer, run):
    """Stands for `captured`: nothing has been done afterwards, as long as no error stops it."""
    back = checkpoint.snapshot(net, optimizer)
    with Tape() as tape:
        result = run()
    back()
    return result, tape.play


def run_again(net, optimizer, run):
    """Stands for `captured`, too, but the body itself is run every time, on the buffers."""
    loss = torch.zeros(())
    return loss, lambda: loss.copy_(run())


def free(waiting):
    """Stands for `alone`."""
    return contextlib.nullcontext()


def watched(waiting):
    """Stands for `alone`, with the error."""
    return Tape() if waiting == "error" else contextlib.nullcontext()


@pytest.fixture
def replaying(monkeypatch, process, stages_run):  # noqa: F811
    """replaying(capture, alone) makes `training` replay steps, as on a GPU; what it made is in the list."""
    process()
    monkeypatch.delenv("DVC_STAGE", raising=False)
    monkeypatch.setattr(graphs, "generators", compute.generators)
    for module in train, optimizers:                                     # whose steps are fused
        monkeypatch.setattr(module, "device", torch.device("cuda"))
    graphs.say.cache_clear()
    made = []

    def replay(capture=taped, alone=watched):
        def on_cuda(body, net, optimizer):
            made.append(Replayed(body, net, optimizer, functools.partial(capture, net, optimizer), alone))
            return made[-1]

        monkeypatch.setattr(train, "on_cuda", on_cuda)
        return made

    return replay


@pytest.fixture
def one_by_one(monkeypatch):
    """one_by_one(kind): what `left` leaves without graphs."""

    def run(kind):
        monkeypatch.setattr(train, "on_cuda", lambda body, net, optimizer: body)
        monkeypatch.setattr(train, "set_rate", rounded)
        return left(kind)

    return run


def rounded(group, rate):
    """Sets the learning rate; of Adam, which computes with more digits, to the float32 of a replayed step."""
    group["lr"] = float(np.float32(rate)) if "betas" in group else rate


def left(kind, device="cpu"):
    """What a training leaves: rows, weights, buffers, momentum, and the next random numbers."""
    compute.generators.clear()
    torch.manual_seed(0)
    rng = noted(torch.Generator(device).manual_seed(1))
    images = some_images(60)
    net, batches, loss, optimizer = kind(Split(images.images.to(device), images.labels.to(device)), rng)
    rows = list(training(net, batches, loss, optimizer, EPOCHS))
    momenta = [value for of in optimizer.state.values() for value in of.values()]
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    drawn = [torch.rand(1), torch.rand(1, device=device, generator=rng)]
    assert net.training
    return rows, [tensor.detach() for tensor in [*weights, *net.buffers(), *momenta, *drawn]]


def same(one, other):
    return one[0] == other[0] and all(torch.equal(a, b) for a, b in zip(one[1], other[1], strict=True))


@pytest.mark.parametrize("capture", [run_again, taped])
@pytest.mark.parametrize("kind", KINDS)
def test_replayed_steps_are_those_taken_one_by_one(kind, capture, replaying, one_by_one, capsys):
    (made, found) = replaying(capture), left(KINDS[kind])
    assert made[0].replay
    assert capsys.readouterr().out == ""
    assert same(found, one_by_one(KINDS[kind]))


def counting(net, batch):
    """A loss that changes with the number of the step, which only Python knows."""
    counting.steps += 1
    return counting.steps * cross_entropy(net, batch)


def test_a_tape_is_played_without_python(replaying, one_by_one):
    """So these tests would find a step that depends on what Python does in it; a GPU would not say so."""
    kind = functools.partial(plainly, loss=counting)
    replaying()
    counting.steps = 0
    found = left(kind)
    counting.steps = 0
    assert not same(found, one_by_one(kind))


def waiting(net, batch):
    """A loss that draws, changes the mode and the running statistics, and then waits."""
    value = cross_entropy(net, batch)
    x = pgd(net.eval(), *batch, "l2", 0.1, 0.1, 1, random_start=True)
    value = value * (1 + cross_entropy(net, (x, batch[1])).item())
    net.train()
    return value


@pytest.mark.parametrize("alone", [free, watched])           # found in the capture, or in the rehearsal
def test_steps_that_wait_go_on_from_where_they_were_and_say_so_once(alone, replaying, one_by_one, capsys):
    kind = functools.partial(plainly, loss=waiting)
    replaying(alone=alone)
    found = left(kind)
    assert same(found, left(kind))
    assert capsys.readouterr().out == (
        "training steps are taken one by one, without a CUDA graph: RuntimeError: a step may not wait\n"
    )
    assert same(found, one_by_one(kind))


def test_the_reason_is_the_first_error(replaying, capsys):
    def broken(net, optimizer, run):
        try:
            raise ValueError("the first")
        finally:
            raise RuntimeError("the capture is invalid")

    replaying(broken)
    left(plainly)
    assert capsys.readouterr().out.endswith("ValueError: the first\n")


def test_steps_that_draw_on_the_host_are_not_captured(replaying, one_by_one, capsys):
    def kind(split, rng):
        numbers = noted(np.random.default_rng(3))
        return plainly(split, rng, lambda net, batch: numbers.beta(2, 3) * cross_entropy(net, batch))

    made = replaying()
    found = left(kind)
    assert not made[0].replay
    assert "a step draws random numbers on the host" in capsys.readouterr().out
    assert same(found, one_by_one(kind))


def test_a_step_that_is_wrong_on_its_own_raises(replaying):
    def wrong(net, batch):
        wrong.steps += 1
        if wrong.steps >= 3:
            raise ZeroDivisionError
        return cross_entropy(net, batch)

    wrong.steps = 0
    replaying()
    with pytest.raises(ZeroDivisionError):
        left(functools.partial(plainly, loss=wrong))


class Uneven:
    """Batches of which every third is smaller."""

    def __init__(self, batches):
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        for i, batch in enumerate(self.batches):
            yield batch if i < 2 else tuple(part[:7] for part in batch)


def test_batches_of_another_shape_are_not_replayed(replaying, one_by_one):
    def kind(split, rng):
        net, _, loss, optimizer = plainly(split, rng)
        return net, Uneven(Batches(split, 20, rng)), loss, optimizer

    made = replaying()
    found = left(kind)
    assert made[0].replay
    assert same(found, one_by_one(kind))


def test_a_replayed_training_that_was_killed_goes_on(replaying, inputs, succeeded, process, monkeypatch):  # noqa: F811
    def run(stop=None):
        compute.generators.clear()
        torch.manual_seed(0)
        rng = noted(torch.Generator().manual_seed(1))
        net, batches, loss, optimizer = KINDS["teacher"](some_images(60), rng)
        for row in training(net, batches, loss, optimizer, EPOCHS):
            if row["epoch"] == stop:
                raise Killed
        return [tensor.clone() for tensor in net.state_dict().values()]

    monkeypatch.setattr(graphs, "generators", compute.generators)
    made = replaying()
    monkeypatch.setenv("DVC_STAGE", "train@1")
    whole = succeeded(run)
    process()
    with pytest.raises(Killed):
        run(stop=2)
    assert made[-1].replay
    process()
    assert all(torch.equal(a, b) for a, b in zip(run(), whole, strict=True))
    assert len(made) == 3


def test_the_optimizer_of_a_gpu_is_the_one_of_the_cpu(replaying):
    """Fused, with the learning rate in a tensor, up to rounding."""
    net, other = resnet(), resnet()
    other.load_state_dict(net.state_dict())
    fused = SGD(net.parameters(), 0.1, 0.9, weight_decay=5e-4)
    plain = torch.optim.SGD(other.parameters(), 0.1, 0.9, weight_decay=5e-4)
    assert fused.defaults["fused"]
    for rate in (0.1, 0.05, 0.01):
        fused.param_groups[0]["lr"], plain.param_groups[0]["lr"] = torch.tensor(rate), rate
        for a, b in zip(net.parameters(), other.parameters(), strict=True):
            a.grad = torch.randn_like(a)
            b.grad = a.grad.clone()
        fused.step()
        plain.step()
    for a, b in zip(net.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(a, b)
