"""Steps of every kind on a GPU, where there is one: replayed against taken one by one, to the bit."""

import pytest
import torch

from stages.core import compute, train
from stages.core.compute import start
from tests.core.steps import KINDS
from tests.core.test_graphs import left, rounded, same

pytestmark = pytest.mark.skipif(compute.device.type != "cuda", reason="there is no GPU here")


@pytest.mark.parametrize("kind", KINDS)
def test_replayed_steps_on_a_gpu_are_those_taken_one_by_one(kind, stages_run, monkeypatch, capsys):
    monkeypatch.delenv("DVC_STAGE", raising=False)
    start(0)
    made, on_cuda = [], train.on_cuda
    with monkeypatch.context() as replaying:
        replaying.setattr(train, "on_cuda", lambda *given: made.append(on_cuda(*given)) or made[-1])
        found = left(KINDS[kind], "cuda")
    assert capsys.readouterr().out == ""                     # or why steps are not replayed
    assert made[0].replay
    monkeypatch.setattr(train, "on_cuda", lambda body, net, optimizer: body)
    monkeypatch.setattr(train, "set_rate", rounded)
    torch.cuda.synchronize()
    assert same(found, left(KINDS[kind], "cuda"))
