"""Trainings that stop somewhere and go on, against the same trainings in one go, to the bit."""

import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from stages.core import checkpoint, compute, stage
from stages.core.errors import UserError
from stages.core.train import cross_entropy, training
from tests.core.test_train import sgd, small_net, some_batches

DVC_YAML = """\
stages:
  train:
    matrix: {seed: [1]}
    cmd: python -m stages.train ${item.seed}
    deps: [code.py, folder]
    params: [training, seeds]
"""


@pytest.fixture
def inputs(project, monkeypatch):
    """A project whose stage has two deps and two params; checkpoints are written after every epoch."""
    (project / "dvc.yaml").write_text(DVC_YAML)
    (project / "code.py").write_text("one = 1\n")
    (project / "folder").mkdir()
    (project / "folder" / "data.txt").write_text("data\n")
    monkeypatch.setenv("DVC_STAGE", "train@1")
    monkeypatch.setattr(checkpoint, "SECONDS", 0)
    return project


@pytest.fixture
def process(monkeypatch):
    """process() begins a new one, as far as checkpoints see it."""

    def begin():
        monkeypatch.setattr(checkpoint, "_place", None)
        monkeypatch.setattr(checkpoint, "_numbers", itertools.count(1))
        monkeypatch.setattr(compute, "generators", [])
        monkeypatch.setattr(checkpoint, "generators", compute.generators)
        monkeypatch.setattr(stage, "_last", [])
        checkpoint.folder.cache_clear()

    return begin


@pytest.fixture
def succeeded(process):
    """succeeded(act): what act() returns in a process that comes to its end; checkpoints are gone then."""

    def finish(act):
        process()
        done = act()
        stage._last[0]()
        assert not checkpoint.folder().exists()
        return done

    return finish


class Killed(Exception):
    """In place of a kill, which would end the tests, too."""


def noted_batches():
    batches = some_batches()
    compute.noted(batches.rng)
    return batches


def trained(stop=None, epochs=4):
    """All that a training leaves that draws from every kind of generator; Killed in its step `stop`."""
    net, steps, batches = small_net(), itertools.count(), noted_batches()
    numbers = compute.noted(np.random.default_rng(3))

    def loss(net, batch):
        if next(steps) == stop:
            raise Killed
        x, y = batch
        return numbers.beta(2, 3) * F.cross_entropy(F.dropout(net(x), 0.2), y)

    extra = {"norms": []}

    def after(row):
        row["weight"] = net.linear.weight[0, 0].item()
        extra["norms"].append(net.linear.weight.norm())

    optimizer = sgd(net)
    rows = list(training(net, batches, loss, optimizer, epochs, after=after, extra=extra))
    drawn = [torch.rand(1), torch.rand(1, generator=batches.rng), torch.tensor(numbers.random())]
    momentum = [state["momentum_buffer"] for state in optimizer.state.values()]
    return rows, [*net.state_dict().values(), *momentum, *extra["norms"], *drawn]


def same(one, other):
    return one[0] == other[0] and all(torch.equal(a, b) for a, b in zip(one[1], other[1], strict=True))


@pytest.mark.parametrize("stops", [(0, 1), (2,), (3,), (7,), (2, 2, 2), (5, 0, 1), (1, 4, 3)])
def test_a_training_stopped_anywhere_ends_as_if_it_had_not_been(inputs, succeeded, process, stops, capsys):
    whole = succeeded(trained)
    for stop in stops:
        process()
        with pytest.raises(Killed):
            trained(stop)
    process()
    capsys.readouterr()
    assert same(trained(), whole)
    epochs = sum(stop // 2 for stop in stops)
    said = f"going on after epoch {epochs}, from .dvc/tmp/training/train@1/" if epochs else ""
    assert capsys.readouterr().out.startswith(said)


def test_the_second_training_of_a_process_goes_on_after_the_first(inputs, succeeded, process):
    whole = succeeded(lambda: [trained(), trained(epochs=3)])
    process()
    trained()
    with pytest.raises(Killed):
        trained(5, 3)
    process()
    again = [trained(0), trained(2, 3)]                      # so few steps are left: none, and two
    assert all(map(same, again, whole))


@pytest.mark.parametrize(
    ("file", "old", "new", "goes_on"),
    [
        ("params.yaml", "weight_decay: 5.0e-4", "weight_decay: 1.0e-4", False),      # section `training`
        ("params.yaml", "rho: 0.1", "rho: 0.2", True),      # not a parameter of this stage
        ("code.py", "one", "two", False),
        ("folder/data.txt", "data", "date", False),
        ("other.py", "", "new", True),
    ],
)
def test_what_is_declared_decides_whether_it_goes_on(inputs, process, file, old, new, goes_on):
    process()
    with pytest.raises(Killed):
        trained(5)
    path = inputs / file
    text = path.read_text() if path.exists() else ""
    assert old in text
    path.write_text(text.replace(old, new, 1))
    process()
    left = 4 if goes_on else 8
    with pytest.raises(Killed):
        trained(left - 1)
    process()
    trained(left)                                            # no step has this number


def test_other_arithmetic_is_another_training(inputs, process, monkeypatch):
    process()
    before = checkpoint.inputs("train@1")
    monkeypatch.setattr(compute, "_precision", torch.bfloat16)
    assert checkpoint.inputs("train@1") != before


def test_checkpoints_are_written_now_and_then(inputs, process, monkeypatch):
    process()
    written = []
    monkeypatch.setattr(checkpoint, "write", lambda path, content: written.append(path))
    monkeypatch.setattr(checkpoint, "SECONDS", 3600)
    trained()
    assert written == []
    monkeypatch.setattr(checkpoint, "SECONDS", 0)
    trained()
    assert len(written) == 4


def test_a_step_by_hand_leaves_no_checkpoint(inputs, process, monkeypatch):
    process()
    monkeypatch.delenv("DVC_STAGE")
    trained()
    assert not (inputs / ".dvc").exists()


def test_a_damaged_checkpoint_is_one_line(inputs, process):
    process()
    with pytest.raises(Killed):
        trained(5)
    (path,) = inputs.glob(".dvc/tmp/training/*/*/1.pt")
    path.write_bytes(path.read_bytes()[:1000])
    process()
    with pytest.raises(UserError, match=r"1.pt is damaged \(.*\): delete it"):
        trained()


def test_weights_that_only_the_optimizer_knows_go_on_too(inputs, succeeded, process):
    """As the head of the rotation loss, which is no part of the network."""

    def run(epochs):
        torch.manual_seed(0)
        net, head = small_net(), nn.Linear(10, 2)
        optimizer = sgd(nn.ModuleList([net, head]))

        def loss(net, batch):
            return cross_entropy(net, batch) + head(net(batch[0])).square().mean()

        rows = training(net, noted_batches(), loss, optimizer, 3)
        for _ in range(epochs):
            next(rows)
        return head.weight

    whole = succeeded(lambda: run(3))
    process()
    run(2)
    process()
    assert torch.equal(run(3), whole)
