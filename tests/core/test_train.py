"""Training against the same steps written by hand, to the bit."""

import math
import subprocess
import sys

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from stages.core.data import Batches
from stages.core.nets import ResNet
from stages.core.train import SGD, batchnorm_frozen, cosine, cross_entropy, recompute_batchnorm, training
from tests.conftest import some_images


def small_net(seed=0):
    torch.manual_seed(seed)
    return ResNet(8, 4, 10, mean=[0.5] * 3, std=[0.25] * 3)


def some_batches(seed=0):
    return Batches(some_images(40), 20, torch.Generator().manual_seed(seed), 4, True)


def sgd(net):
    return torch.optim.SGD(net.parameters(), 0.1, 0.9, weight_decay=5e-4)


def test_the_cosine_by_hand():
    assert [cosine(done) for done in (0, 0.5, 1)] == pytest.approx([1, 0.5, 0])
    assert cosine(0.25) == pytest.approx((1 + math.sqrt(0.5)) / 2)


def test_training_is_the_loop_one_would_write():
    net, other = small_net(), small_net()
    ours = SGD(net.parameters(), 0.1, 0.9, weight_decay=5e-4)
    history = list(training(net, some_batches(), cross_entropy, ours, 3))
    batches, optimizer, losses = some_batches(), sgd(other), []
    other.train()
    for step in range(6):
        if step % 2 == 0:
            epoch = iter(batches)
        x, y = next(epoch)
        optimizer.param_groups[0]["lr"] = 0.1 * (1 + math.cos(math.pi * step / 6)) / 2
        loss = F.cross_entropy(other(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    for a, b in zip(net.state_dict().values(), other.state_dict().values(), strict=True):
        assert torch.equal(a, b)
    assert [row["epoch"] for row in history] == [1, 2, 3]
    assert [row["train_loss"] for row in history] == pytest.approx(
        [(losses[i] + losses[i + 1]) / 2 for i in (0, 2, 4)], rel=1e-6
    )


@pytest.mark.slow                # starts a process that imports much
def test_training_does_not_import_the_compiler():
    """It would take a second of every stage."""
    script = """if True:
        import sys
        from stages.core.compute import start
        from stages.core.recipe import sgd
        from stages.core.params import Training, read
        from stages.core.train import cross_entropy, training
        from tests.core.test_train import small_net, some_batches
        start(0)
        net, recipe = small_net(), read("training", Training)
        list(training(net, some_batches(), cross_entropy, sgd(net, recipe), 1))
        print("torch._dynamo" in sys.modules)
    """
    command = [sys.executable, "-c", script]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "False\n"


def test_the_body_of_the_callers_loop_runs_between_epochs():
    net, modes = small_net(), []
    for _ in training(net, some_batches(), cross_entropy, sgd(net), 2):
        net.eval()                                           # as a test in between would
        modes.append(net.training)
    assert modes == [False, False]
    assert net.norm.num_batches_tracked == 4                 # all four steps were in training mode


def test_a_loss_that_is_not_a_number_stops_at_once():
    net = small_net()
    with pytest.raises(FloatingPointError, match="the loss is nan in epoch 1 of 5: lower lr"):
        list(training(net, some_batches(), lambda net, batch: net(batch[0]).mean() * math.nan, sgd(net), 5))


def test_frozen_batch_norm_computes_the_same_and_remembers_nothing():
    net, x = small_net(), torch.rand(8, 3, 32, 32)
    before = {key: value.clone() for key, value in net.state_dict().items()}
    with batchnorm_frozen(net):
        frozen = net(x)
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())
    assert torch.equal(net(x), frozen)
    assert net.norm.num_batches_tracked == 1                 # and remembers again afterwards


def test_frozen_batch_norm_thaws_after_an_error():
    net = small_net()
    with pytest.raises(ZeroDivisionError), batchnorm_frozen(net):
        raise ZeroDivisionError
    assert all(layer.track_running_stats for layer in net.modules() if isinstance(layer, nn.BatchNorm2d))


def test_recomputed_statistics_are_means_over_the_batches():
    net = small_net()
    batches = list(some_batches())
    recompute_batchnorm(net, batches)
    seen = [net.conv((x - net.mean) / net.std) for x, _ in batches]
    mean, var = (sum(z.mean((0, 2, 3)) for z in seen) / 2, sum(z.var((0, 2, 3)) for z in seen) / 2)
    torch.testing.assert_close(net.norm.running_mean, mean, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(net.norm.running_var, var, rtol=1e-4, atol=1e-6)
