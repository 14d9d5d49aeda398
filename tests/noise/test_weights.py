"""Moving weights: back to the bit, as far as was said, uphill."""

import contextlib

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from stages.core.nets import ResNet
from stages.noise.weights import climbed, filter_norms, filters, gaussian, moved


def net():
    return ResNet(8, 4, 10, mean=[0.5] * 3, std=[0.25] * 3)


def total_norm(tensors):
    return sum(t.double().square().sum() for t in tensors).sqrt().item()


def test_filters_are_the_weights_of_convolutions_and_of_the_linear_layer():
    layers = [layer for layer in net().modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]
    assert [w.shape for w in filters(net())] == [layer.weight.shape for layer in layers]


def test_filter_norms_by_a_loop():
    weight = torch.randn(5, 3, 2, 2)
    assert filter_norms(weight).shape == (5, 1, 1, 1)
    wanted = [total_norm([filter]) for filter in weight]
    assert filter_norms(weight).flatten().tolist() == pytest.approx(wanted, rel=1e-6)


def test_noise_is_as_strong_as_said_on_every_filter():
    weight = torch.randn(4, 1000) * torch.tensor([[1.0], [10.0], [0.1], [0.0]])
    noise = torch.stack([gaussian([weight], 0.3)[0] for _ in range(50)])
    wanted = 0.3 * weight.square().mean(1).sqrt()            # 50,000 draws give it to about 0.3 %
    torch.testing.assert_close(noise.std((0, 2), correction=0), wanted, rtol=0.02, atol=0)
    assert noise.mean().abs() < 0.1


def test_moved_weights_come_back_to_the_bit_even_after_an_error():
    weights = [torch.randn(3, 3), torch.randn(3)]
    before = [w.clone() for w in weights]
    with contextlib.suppress(ZeroDivisionError), moved(weights, [torch.full((3, 3), 1e8), torch.ones(3)]):
        assert torch.equal(weights[1], before[1] + 1)
        raise ZeroDivisionError
    assert all(torch.equal(w, b) for w, b in zip(weights, before, strict=True))


def test_the_first_step_is_equation_2():
    gradients = [torch.tensor([3.0, 0.0]), torch.tensor([[-4.0]])]
    zero = [torch.zeros_like(g) for g in gradients]
    l2 = climbed(zero, gradients, 0.5, 0.5, "l2")
    torch.testing.assert_close(l2, [torch.tensor([0.3, 0.0]), torch.tensor([[-0.4]])])
    linf = climbed(zero, gradients, 0.5, 0.5, "linf")
    torch.testing.assert_close(linf, [torch.tensor([0.5, 0.0]), torch.tensor([[-0.5]])])


@given(st.integers(0, 1000), st.floats(1e-6, 10), st.floats(1e-6, 5), st.sampled_from(["l2", "linf"]))
def test_the_ball_is_never_left(seed, length, radius, norm):
    rng = torch.Generator().manual_seed(seed)
    change = [torch.zeros(4), torch.zeros(2, 3)]
    for _ in range(3):
        gradients = [torch.randn(c.shape, generator=rng) for c in change]
        change = climbed(change, gradients, length, radius, norm)
        size = total_norm(change) if norm == "l2" else max(c.abs().max().item() for c in change)
        assert size <= radius * (1 + 1e-6)


def test_inside_the_ball_nothing_is_projected():
    moved_on = climbed([torch.tensor([0.1, 0.0])], [torch.tensor([0.0, 2.0])], 0.1, 1.0, "l2")
    torch.testing.assert_close(moved_on, [torch.tensor([0.1, 0.1])])
