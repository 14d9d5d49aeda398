"""Losses against their formulas, written slowly in float64, and the limits that are cross-entropy."""

import math
from functools import partial

import pytest
import torch
import torch.nn.functional as F

from stages.core.data import Batches, Role
from stages.core.mixup import mixup
from stages.core.params import Recipe
from stages.core.recipe import fit
from stages.core.train import cross_entropy
from stages.noisy_labels.losses import bootstrapped, forward, generalised, loss_of, smoothed, symmetric
from stages.noisy_labels.nets import network
from stages.noisy_labels.params import Network
from tests.conftest import some_images

B, C = 6, 5
SHAPE = Network(widths=[4], convolutions=1, dense=8, decay=0.0)
RECIPE = Recipe(epochs=2, batch_size=20, lr=0.05, momentum=0.9, weight_decay=1e-4)


@pytest.fixture
def z():
    return 2 * torch.randn(B, C, dtype=torch.float64)


@pytest.fixture
def y():
    return torch.randint(C, (B,))


def by_loop(z, y, of):
    """The mean over images of `of`(p, y), p a list of probabilities."""
    return sum(of(one.softmax(0).tolist(), int(label)) for one, label in zip(z, y, strict=True)) / len(y)


@pytest.mark.parametrize("a", [-2.0, -4.0, math.log(1e-4)])
def test_reverse_cross_entropy_is_the_sum_with_log_0_as_a(z, y, a):
    def reverse(p, label):
        return -sum(p[k] * (0.0 if k == label else a) for k in range(C))     # log 1 = 0, log 0 := a

    assert symmetric(z, y, 0.0, 1.0, a).item() == pytest.approx(by_loop(z, y, reverse))
    by_hand = -a * (1 - z.softmax(1)[range(B), y]).mean()
    torch.testing.assert_close(symmetric(z, y, 0.0, 1.0, a), by_hand)
    both = by_loop(z, y, lambda p, label: -0.3 * math.log(p[label]) + 0.7 * reverse(p, label))
    assert symmetric(z, y, 0.3, 0.7, a).item() == pytest.approx(both)


def test_reverse_cross_entropy_over_all_labels_does_not_depend_on_the_network(z):
    """Why it is robust: evenly wrong labels add a constant."""
    total = sum(symmetric(z, torch.full((B,), k), 0.0, 1.0, -4.0) for k in range(C))
    assert total.item() == pytest.approx(4 * (C - 1))
    assert symmetric(z, z.argmin(1), 0.0, 1.0, -4.0) < 4 < -z.log_softmax(1).amin(1).mean() * 4   # bounded


def test_only_the_product_of_beta_and_a_matters(z, y):
    torch.testing.assert_close(symmetric(z, y, 0.1, 2.0, -4.0), symmetric(z, y, 0.1, 1.0, -8.0))


def trained(loss):
    """Weights after training a small network by a loss."""
    torch.manual_seed(1)
    role = Role(some_images(40, (1, 6, 6)), some_images(30, (1, 6, 6), seed=1), list("abcdefghij"), "random")
    net = network(role, SHAPE)
    fit(net, Batches(role.train, 20, torch.Generator().manual_seed(3)), RECIPE, "net", loss)
    return list(net.parameters())


def test_ce_and_sce_with_beta_0_are_cross_entropy_bit_for_bit():
    control = trained(cross_entropy)
    for method, options in {"ce": {}, "sce": {"alpha": 1.0, "beta": 0.0, "a": -4.0}}.items():
        assert all(map(torch.equal, trained(loss_of(method, options, None)), control))
    other = trained(loss_of("sce", {"alpha": 1.0, "beta": 1.0, "a": -4.0}, None))
    assert not any(map(torch.equal, other, control))


@pytest.mark.parametrize("q", [0.3, 0.7, 1.0])
def test_generalised_cross_entropy(z, y, q):
    wanted = by_loop(z, y, lambda p, label: (1 - p[label] ** q) / q)
    assert generalised(z, y, q).item() == pytest.approx(wanted)


def test_generalised_cross_entropy_is_cross_entropy_at_0_and_the_absolute_error_at_1(z, y):
    assert generalised(z, y, 1e-7).item() == pytest.approx(F.cross_entropy(z, y).item(), rel=1e-5)
    absolute = (z.softmax(1) - F.one_hot(y, C)).abs().sum(1).mean() / 2
    assert generalised(z, y, 1.0).item() == pytest.approx(absolute.item())


@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
def test_label_smoothing(z, y, share):
    def smooth(p, label):
        q = [share / C + (1 - share) * (k == label) for k in range(C)]
        return -sum(q[k] * math.log(p[k]) for k in range(C))

    assert smoothed(z, y, share).item() == pytest.approx(by_loop(z, y, smooth))


@pytest.mark.parametrize("share", [0.0, 0.8, 1.0])
def test_bootstrap(z, y, share):
    def own(p, label):
        return -share * math.log(p[label]) - (1 - share) * math.log(max(p))

    assert bootstrapped(z, y, share).item() == pytest.approx(by_loop(z, y, own))


def matrix(rate, zeros):
    """Transitions at random, or to one other class."""
    other = torch.eye(C, dtype=torch.float64).roll(1, 1) if zeros else torch.rand(C, C).double().softmax(1)
    return (1 - rate) * torch.eye(C, dtype=torch.float64) + rate * other


@pytest.mark.parametrize("zeros", [True, False])
def test_forward_correction(z, y, zeros):
    t = matrix(0.4, zeros)
    wanted = by_loop(z, y, lambda p, label: -math.log(sum(p[i] * t[i, label].item() for i in range(C))))
    assert forward(z, y, t).item() == pytest.approx(wanted)


def test_forward_correction_without_noise_is_cross_entropy(z, y):
    torch.testing.assert_close(forward(z, y, torch.eye(C).double()), F.cross_entropy(z, y))


@pytest.mark.parametrize("zeros", [True, False])
def test_forward_correction_is_least_at_the_true_probabilities(z, zeros):
    """Theorem 2 of Patrini et al.: labels are drawn from p' T, and p is where the loss is stationary."""
    t, z = matrix(0.4, zeros), z[:1].requires_grad_()
    given = (z.detach().softmax(1) @ t)[0]
    losses = {"forward": partial(forward, transition=t), "ce": F.cross_entropy}
    slopes = {name: torch.autograd.grad(
        sum(given[k] * of(z, torch.tensor([k])) for k in range(C)), z)[0].norm().item()
        for name, of in losses.items()}
    assert slopes["forward"] < 1e-12 < 1e-2 < slopes["ce"]


def test_losses_and_gradients_are_finite_where_a_network_is_certain():
    """Of the loss that has a bound there, the gradient is 0: it has given the label up."""
    z = torch.tensor([[200.0, 0.0, -200.0]], requires_grad=True)
    eye = torch.eye(3)
    for of in (partial(forward, transition=eye), partial(generalised, q=0.7),
               partial(symmetric, alpha=0.1, beta=1.0, a=-4.0)):
        value = of(z, torch.tensor([2]))
        assert torch.isfinite(value)
        slope = torch.autograd.grad(value, z)[0]
        assert torch.isfinite(slope).all()
        assert slope.any() == (of.func is not generalised)


def test_mixup_is_that_of_core():
    assert loss_of("mixup", {"alpha": 1.0}, None) is mixup
