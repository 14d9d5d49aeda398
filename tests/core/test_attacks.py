"""Attacks on networks whose worst case is known, and beside an independent library."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from stages.core.attacks import (
    adversarial,
    anywhere,
    attacked,
    fgsm,
    lengths,
    levelled,
    losses,
    margins,
    pgd,
    steepest,
)
from stages.core.data import Split
from stages.core.nets import ResNet, fused
from stages.core.scores import accuracy, correct, logits
from stages.core.train import cross_entropy
from stages.datasets.torchvision_import import import_torchvision

SHAPE = (3, 8, 8)


class Linear(nn.Module):
    """Two classes: the logit of class 1 is w·x, that of class 0 is 0. The loss of class 0 grows along w."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(3 * 8 * 8))

    def forward(self, x):
        score = x.flatten(1) @ self.w
        return torch.stack([torch.zeros_like(score), score], 1)


class Louder(nn.Module):
    """A network with its logits times `factor`: the same answers, said more surely."""

    def __init__(self, net, factor):
        super().__init__()
        self.net, self.factor = net, factor

    def forward(self, x):
        return self.factor * self.net(x)


@pytest.fixture
def middle():
    """Images so far from black and white that no clamping interferes, with labels 0."""
    return 0.5 + 0.2 * (torch.rand(6, *SHAPE) - 0.5), torch.zeros(6, dtype=torch.int64)


@pytest.fixture(scope="module")
def trained():
    """A small network that tells noisy patterns apart, and the images that it is tested on."""
    torch.manual_seed(1)
    patterns = 0.5 + 0.15 * (torch.rand(10, *SHAPE) - 0.5)
    labels = torch.arange(600) % 10
    images = (patterns[labels] + 0.08 * torch.randn(600, *SHAPE)).clamp(0, 1)
    net = ResNet(8, 8, 10, mean=[0.5] * 3, std=[0.1] * 3)
    optimizer = torch.optim.SGD(net.parameters(), 0.05, momentum=0.9)
    for _ in range(8):
        for part in torch.randperm(600).split(50):
            optimizer.zero_grad()
            cross_entropy(net, (images[part], labels[part])).backward()
            optimizer.step()
    return net.eval(), images[:300], labels[:300]


LOSSES = pytest.mark.parametrize("loss", [losses, levelled])


@LOSSES
def test_the_optimum_of_a_linear_network_in_the_maximum_norm(middle, loss):
    net, (x, y) = Linear(), middle
    for found in (
        fgsm(net, x, y, 0.05, loss=loss),
        pgd(net, x, y, "linf", 0.05, 0.02, 9, random_start=True, loss=loss),
    ):
        torch.testing.assert_close(found, x + 0.05 * net.w.sign().view(SHAPE), rtol=0, atol=1e-6)


@LOSSES
def test_the_optimum_of_a_linear_network_in_l2(middle, loss):
    net, (x, y) = Linear(), middle
    wanted = x + 0.3 * (net.w / net.w.norm()).view(SHAPE)
    for start in False, True:
        found = pgd(net, x, y, "l2", 0.3, 0.1, 60, random_start=start, loss=loss)
        torch.testing.assert_close(found, wanted, rtol=0, atol=1e-4)


@LOSSES
def test_a_target_is_approached(middle, loss):
    net, (x, y) = Linear(), middle
    found = pgd(net, x, y, "linf", 0.05, 0.02, 9, targeted=True, loss=loss)
    torch.testing.assert_close(found, x - 0.05 * net.w.sign().view(SHAPE), rtol=0, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(
    norm=st.sampled_from(["linf", "l2"]), epsilon=st.floats(0, 2), step=st.floats(0.01, 3),
    iterations=st.integers(1, 4), start=st.booleans(), seed=st.integers(0, 99),
)
def test_results_stay_in_the_ball_and_in_the_box(norm, epsilon, step, iterations, start, seed):
    torch.manual_seed(seed)
    x, y = torch.rand(4, *SHAPE), torch.zeros(4, dtype=torch.int64)
    found = pgd(Linear(), x, y, norm, epsilon, step, iterations, random_start=start)
    change = found - x
    size = change.flatten(1).abs().amax(1) if norm == "linf" else lengths(change)
    assert size.max() <= epsilon + 1e-5
    assert found.min() >= 0
    assert found.max() <= 1


def independent():
    import_torchvision()                                     # torchattacks imports it
    import torchattacks

    return torchattacks


def test_fgsm_is_that_of_an_independent_library(trained):
    net, x, y = trained
    torch.testing.assert_close(fgsm(net, x, y, 0.02), independent().FGSM(net, eps=0.02)(x, y))


@pytest.mark.parametrize(
    ("norm", "name", "epsilon", "step", "library"),
    [("linf", "PGD", 0.01, 0.003, {}), ("l2", "PGDL2", 0.12, 0.04, {"eps_for_division": 1e-12})],
)
def test_pgd_agrees_with_an_independent_library(trained, norm, name, epsilon, step, library):
    net, x, y = trained
    other = copy.deepcopy(net).to(memory_format=torch.contiguous_format)     # theirs knows no other
    theirs = getattr(independent(), name)(other, epsilon, step, 10, random_start=False, **library)(x, y)
    ours = attacked(net, Split(x, y), norm=norm, epsilon=epsilon, step=step, iterations=10, loss=losses)
    shares = [correct(net(images), y).double().mean().item() for images in (x, ours, theirs)]
    assert shares[0] > 0.95
    assert 0.2 < shares[1] < 0.8                             # it neither fails nor always succeeds
    assert abs(shares[1] - shares[2]) <= 0.01


def test_margins_by_hand():
    logits = torch.tensor([[3.0, 1.0, -2.0], [0.5, 0.0, 4.0], [1.0, 2.0, 2.0]])
    found = margins(lambda x: x, logits, torch.tensor([0, 1, 2]))
    assert found.tolist() == [1 - 3, 4 - 0, 2 - 2]


def test_levelled_loss_by_hand():
    logits = np.array([[3.0, 1.0, -2.0], [0.5, 0.0, 4.0]])
    z = 4 * logits / logits.std(1, ddof=1, keepdims=True)
    wanted = np.log(np.exp(z).sum(1)) - z[[0, 1], [0, 1]]
    for factor in 1, 50:
        found = levelled(lambda x, k=factor: k * x, torch.tensor(logits), torch.tensor([0, 1]))
        np.testing.assert_allclose(found, wanted, rtol=1e-5)
    assert levelled(lambda x: x, torch.zeros(1, 4), torch.tensor([0])).item() == pytest.approx(np.log(4))


@pytest.mark.parametrize(("norm", "epsilon", "step"), [("linf", 0.01, 0.003), ("l2", 0.12, 0.04)])
def test_how_sure_a_network_is_does_not_change_what_it_withstands(trained, norm, epsilon, step):
    """Cross-entropy is blind where all is said fifty times as loudly."""
    net, x, y = trained
    attack = {"norm": norm, "epsilon": epsilon, "step": step, "iterations": 10}

    def left(factor, **loss):
        images = attacked(Louder(net, factor).eval(), Split(x, y), **attack, **loss)
        return accuracy(logits(net, images), y)

    plain = left(1)
    assert [left(5), left(20), left(50)] == pytest.approx([plain] * 3, abs=1 / len(y))
    assert plain <= left(1, loss=losses)                     # nor is it the weaker attack
    assert left(50, loss=losses) > plain + 0.1


@pytest.mark.parametrize("scale", [1.0, 1e-13, 1e-30])
def test_tiny_gradients_keep_their_direction(scale):
    gradient = torch.tensor([[3.0, -4.0], [0.0, 0.0]]).view(2, 1, 1, 2)
    found = steepest(scale * gradient, "l2").flatten(1)
    torch.testing.assert_close(found, torch.tensor([[0.6, -0.8], [0.0, 0.0]]))


def test_more_restarts_never_find_less(trained):
    net, x, y = trained
    found = []
    for restarts in 1, 4:
        torch.manual_seed(0)
        images = pgd(net, x, y, "linf", 0.01, 0.005, 3, restarts=restarts, random_start=True)
        found.append(margins(net, images, y).detach())
    assert (found[1] >= found[0] - 1e-6).all()
    assert (found[1] > found[0] + 1e-4).any()


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_starts_are_uniform_in_the_ball(norm):
    """The share of the ball's volume inside a point's radius is uniform on [0, 1]: its mean is 1/2."""
    x = torch.zeros(4000, 1, 2, 2)
    start = anywhere(x, 0.5, norm).flatten(1)
    radius = start.abs().amax(1) if norm == "linf" else start.norm(dim=1)
    assert radius.max() <= 0.5
    assert ((radius / 0.5) ** 4).mean().item() == pytest.approx(0.5, abs=0.02)
    assert start.mean(0).abs().max() < 0.02


def test_an_attack_leaves_the_network_as_it_is(trained):
    net, x, y = trained
    before = {name: value.clone() for name, value in net.state_dict().items()}
    net.zero_grad()
    pgd(net, x[:20], y[:20], "l2", 0.1, 0.05, 2)
    assert not net.training
    assert all(weight.grad is None for weight in net.parameters())
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_the_adversarial_loss_of_a_linear_network_is_that_of_its_optimum(middle):
    net, (x, y) = Linear(), middle
    found = adversarial(net, (x, y), norm="linf", epsilon=0.02, step=0.03, iterations=2)
    worst = (x.flatten(1) @ net.w + 0.02 * net.w.abs().sum()).exp().log1p().mean()       # log(1 + e^score)
    torch.testing.assert_close(found, worst, rtol=1e-4, atol=1e-5)


def test_adversarial_training_without_a_ball_is_plain_training():
    x, y = torch.rand(12, *SHAPE), torch.arange(12) % 10
    gradients = []
    for loss in cross_entropy, lambda net, batch: adversarial(
        net, batch, norm="l2", epsilon=0.0, step=0.1, iterations=2
    ):
        torch.manual_seed(3)
        net = ResNet(8, 4, 10, mean=[0.5] * 3, std=[0.25] * 3).train()
        loss(net, (x, y)).backward()
        assert net.training
        gradients.append([weight.grad for weight in net.parameters()] + list(net.buffers()))
    assert all(torch.equal(a, b) for a, b in zip(*gradients, strict=True))


def test_a_fused_network_is_the_same_function(trained):
    net, x, y = trained
    other = fused(net)
    torch.testing.assert_close(other(x), net(x), rtol=1e-4, atol=1e-4)
    assert accuracy(logits(other, x), y) == accuracy(logits(net, x), y)
    assert sum(isinstance(layer, nn.BatchNorm2d) for layer in net.modules()) == 7
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in other.modules())
