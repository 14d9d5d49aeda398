"""Steps against torch's AdamW and a moving average in a loop; the network against its definition."""

import copy

import pytest
import torch
from torch import nn

from stages.core.train import cross_entropy, gradient
from stages.mixmatch.averaging import Averaging
from stages.mixmatch.nets import Both, WideResNet

GREY = {"mean": [0.4], "std": [0.2]}


def fresh():
    torch.manual_seed(2)
    return Both(WideResNet([4, 8], 1, 5, **GREY))


def batches(n):
    rng = torch.Generator().manual_seed(1)
    return [(torch.rand(6, 1, 8, 8, generator=rng), torch.arange(6) % 5) for _ in range(n)]


def stepped(both, given, **options):
    values = {"lr": 0.01, "weight_decay": 0.0, "decay": 0.9, "peak": 8.0, "ramp": 0} | options
    optimizer = Averaging(both, weight=torch.zeros(()), **values)
    for batch in given:
        optimizer.step(gradient(both, batch, cross_entropy, optimizer))
    return optimizer


def test_steps_are_adam_with_decay_after_it_and_averages_by_loop():
    both, oracle = fresh(), fresh().trained
    average = copy.deepcopy(oracle.state_dict())
    adam = torch.optim.Adam(oracle.parameters(), 0.01)
    for batch in batches(4):
        adam.zero_grad()
        cross_entropy(oracle, batch).backward()
        adam.step()
        with torch.no_grad():
            for name, weight in oracle.named_parameters():
                if name.endswith("weight") and weight.dim() > 1:             # no bias, no batch norm
                    weight *= 1 - 0.01 * 0.5
            for name, value in oracle.state_dict().items():
                if value.is_floating_point():
                    average[name] = 0.9 * average[name] + 0.1 * value
    stepped(both, batches(4), weight_decay=0.5)
    for name, value in oracle.state_dict().items():
        if value.is_floating_point():
            torch.testing.assert_close(both.trained.state_dict()[name], value, rtol=1e-4, atol=1e-6)
            torch.testing.assert_close(both.average.state_dict()[name], average[name], rtol=1e-4, atol=1e-6)
    assert not torch.equal(both.average.norm.running_mean, both.trained.norm.running_mean)
    assert both.average.norm.running_mean.abs().sum() > 0    # statistics are averaged, too


def test_the_average_begins_with_the_network_and_is_in_its_buffers():
    both = fresh()
    x = torch.rand(3, 1, 8, 8)
    both.eval()
    assert torch.equal(both(x), both.average(x))
    assert torch.equal(both(x), both.trained(x))
    assert not list(both.average.parameters())
    buffers = {id(one) for one in both.buffers()}
    assert all(id(one) in buffers for one in both.average.state_dict(keep_vars=True).values())
    stepped(both, batches(2))
    before = both.average(x)
    with torch.no_grad():
        both.trained.linear.weight += 1
    assert torch.equal(both.average(x), before)              # they share nothing


def test_an_average_that_keeps_nothing_is_the_network():
    both = fresh()
    stepped(both, batches(3), decay=0.0)
    now, average = both.pairs()
    for one, other in zip(now, average, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize(("ramp", "wanted"), [
    (4, [0, 2, 4, 6, 8, 8]), (0, [8] * 6), (2.5, [0, 3.2, 6.4, 8, 8, 8]),
])
def test_the_weight_grows(ramp, wanted):
    weight = torch.zeros(())
    optimizer = Averaging(fresh(), 0.01, 0.0, 0.9, weight, 8.0, ramp)
    found = []
    for taken in range(6):
        optimizer.before(taken)
        found.append(weight.item())
    assert found == pytest.approx(wanted)


def test_the_network_has_the_papers_size():
    """WRN-28-2 of the paper has 1.5 million parameters, counted here layer by layer."""
    net = WideResNet([32, 64, 128], 4, 10, [0.5] * 3, [0.2] * 3)
    total, channels = 9 * 3 * 16, 16
    for width in (32, 64, 128):
        for _ in range(4):
            total += 9 * channels * width + 9 * width**2 + 2 * channels + 2 * width
            total += channels * width if channels != width else 0
            channels = width
    total += 2 * 128 + 128 * 10 + 10
    assert sum(one.numel() for one in net.parameters()) == total
    assert total == pytest.approx(1.5e6, rel=0.03)
    assert sum(isinstance(one, nn.Conv2d) and one.kernel_size == (3, 3) for one in net.modules()) + 1 == 26
    with torch.no_grad():
        sides = []
        for block in net.blocks:
            block.register_forward_hook(lambda _, __, out: sides.append(out.shape[-1]))
        net(torch.rand(2, 3, 32, 32))
    assert sides == [32] * 4 + [16] * 4 + [8] * 4


def test_a_block_by_hand():
    """x + conv2(a(norm2(conv1(a(norm1 x))))), where the first activates its shortcut, too."""
    net = WideResNet([4, 8], 2, 5, **GREY).eval()
    x = torch.randn(2, 4, 8, 8)

    def act(norm, values):
        return nn.functional.leaky_relu(norm(values), 0.1)

    first, second, third, _ = net.blocks
    for block, past in ((first, act(first.norm1, x)), (second, x), (third, third.wider(x))):
        made = block.conv2(act(block.norm2, block.conv1(act(block.norm1, x))))
        torch.testing.assert_close(block(x.clone()), past + made)
    assert first.wider is None
    assert third.wider.stride == (2, 2)
