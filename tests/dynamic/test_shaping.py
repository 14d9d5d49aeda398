"""Batch shaping against SciPy and a loop, the price of gates by hand."""

import numpy as np
import pytest
import scipy.stats
import torch

from stages.core.params import Training
from stages.core.train import cross_entropy
from stages.dynamic.gating import GatedResNet
from stages.dynamic.params import Gates, Prior
from stages.dynamic.shaping import BetaCdf, Ramp, Shaped, beta, mismatch, optimizer_of
from tests.dynamic.test_convolution import SHAPE

PRIOR = Prior(a=0.6, b=0.4, annealing=0.2, ramp=0.6)
BOTH = [(0.6, 0.4), (0.4, 0.6), (1.0, 1.0), (2.0, 5.0)]
RECIPE = Training(depth=8, width=4, epochs=1, batch_size=10, lr=0.05, momentum=0.9, weight_decay=0.1, pad=0,
                  flip=True)


@pytest.mark.parametrize(("a", "b"), BOTH)
def test_the_distribution_is_scipys(a, b):
    p = np.concatenate([[0, 1e-6, 0.5, 1 - 1e-6, 1], np.linspace(0, 1, 1001)])
    theirs = scipy.stats.beta.cdf(p, a, b)
    assert BetaCdf.apply(torch.tensor(p), a, b).numpy() == pytest.approx(theirs, abs=1e-9)
    single = BetaCdf.apply(torch.tensor(p, dtype=torch.float32), a, b)
    assert single.numpy() == pytest.approx(theirs, abs=3e-4)


@pytest.mark.parametrize(("a", "b"), BOTH)
def test_its_gradient_is_the_density(a, b):
    p = torch.linspace(0.03, 0.7, 41, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda p: BetaCdf.apply(p, a, b), p)
    (gradient,) = torch.autograd.grad(BetaCdf.apply(p, a, b).sum(), p)
    assert gradient.numpy() == pytest.approx(scipy.stats.beta.pdf(p.detach().numpy(), a, b))


def test_the_density_is_kept_within_bounds():
    p = torch.tensor([0.0, 1e-12, 1.0], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.grad(BetaCdf.apply(p, 0.6, 0.4).sum(), p)[0].tolist() == [100, 100, 100]
    assert torch.autograd.grad(BetaCdf.apply(p, 2.0, 5.0).sum(), p)[0].tolist() == [1e-3] * 3
    assert beta(0.6, 0.4) == pytest.approx(scipy.special.beta(0.6, 0.4))


def test_the_distance_from_the_prior_by_a_loop():
    p = torch.rand(7, 3, dtype=torch.float64, requires_grad=True)
    total = 0.0
    for gate in p.detach().T:
        for i, value in enumerate(sorted(gate.tolist()), 1):
            total += (scipy.stats.beta.cdf(value, 0.6, 0.4) - i / 8) ** 2
    assert mismatch(p, 0.6, 0.4).item() == pytest.approx(total / 21)
    assert torch.autograd.gradcheck(lambda p: mismatch(p, 0.6, 0.4), p)


def test_gates_that_follow_the_prior_are_nearest_to_it():
    draws = torch.tensor(scipy.stats.beta.rvs(0.6, 0.4, size=(200, 4), random_state=0))
    near = mismatch(draws, 0.6, 0.4)
    assert near < 0.003
    for p in (0.01, 0.5, 0.99):
        assert mismatch(torch.full((200, 4), p, dtype=torch.float64), 0.6, 0.4) > 20 * near


def test_the_loss_by_hand():
    net = GatedResNet(**SHAPE).train()
    batch = torch.rand(12, 3, 8, 8), torch.arange(12) % 10
    shaped = Shaped(cross_entropy, PRIOR, net.linear.weight)
    shaped.weights.copy_(torch.tensor([0.3, 0.75]))
    torch.manual_seed(5)
    value = shaped(net, batch)
    torch.manual_seed(5)
    by_hand = cross_entropy(net, batch)
    for gate in net.gates:
        p = 1 / (1 + torch.exp(-gate.logits))
        by_hand = by_hand + 0.3 * p.mean()
        ranked = scipy.stats.beta.cdf(np.sort(p.detach().numpy(), 0), 0.6, 0.4)
        by_hand = by_hand + 0.75 * ((ranked - np.arange(1, 13)[:, None] / 13) ** 2).mean()
    assert value.item() == pytest.approx(by_hand.item(), rel=1e-5)


@pytest.mark.parametrize("weights", [[1.0, 0.0], [0.0, 1.0]])
def test_price_and_prior_move_the_gates(weights):
    net = GatedResNet(**SHAPE).train()
    net(torch.rand(12, 3, 8, 8))
    shaped = Shaped(lambda net, batch: 0.0, PRIOR, net.linear.weight)
    shaped.weights.copy_(torch.tensor(weights))
    shaped(net, None).backward()
    for gate in net.gates:
        assert gate.layers[-1].bias.grad.abs().max() > 0
        if weights[0]:
            assert (gate.layers[-1].bias.grad > 0).all()     # downhill is closed


def test_weights_of_a_training_by_hand():
    net = GatedResNet(**SHAPE)
    shaped = Shaped(cross_entropy, PRIOR, net.linear.weight)
    ramp = Ramp(optimizer_of(net, RECIPE), shaped, PRIOR, Gates(price=0.3, shaping=0.75, seeds=1), 10)
    found = []
    for taken in range(10):
        assert ramp.before(taken) is None
        found.append(shaped.weights.tolist())
    price = [0, 0, 0, 0.075, 0.15, 0.225, 0.3, 0.3, 0.3, 0.3]
    assert [one for one, _ in found] == pytest.approx(price)
    assert [one for _, one in found] == pytest.approx([0.75, 0.375] + [0] * 8)


def test_gates_have_no_weight_decay():
    net = GatedResNet(**SHAPE)
    others, gates = optimizer_of(net, RECIPE).param_groups
    assert (others["weight_decay"], gates["weight_decay"]) == (0.1, 0.0)
    names = {id(weight): name for name, weight in net.named_parameters()}
    assert {"gate" in names[id(weight)] for weight in gates["params"]} == {True}
    assert {"gate" in names[id(weight)] for weight in others["params"]} == {False}
    assert len(gates["params"]) + len(others["params"]) == len(names)
