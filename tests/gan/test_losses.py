"""Losses and rules against worlds in which the optimum is known."""

import math

import numpy as np
import pytest
import torch
from scipy.spatial.distance import jensenshannon
from scipy.stats import wasserstein_distance
from torch import nn

from stages.gan.losses import (
    LOG4,
    clip,
    estimate,
    lifted,
    logistic,
    non_saturating,
    penalty,
    saturating,
    wasserstein,
)
from stages.gan.params import Many
from stages.gan.rules import rounds

P, Q = np.array([0.8, 0.2]), np.array([0.3, 0.7])            # of two points: data, and what is generated
RNG = torch.Generator().manual_seed(0)


def descended(parameters, loss, steps=200, lr=0.5):
    """Minimises loss() by quasi-Newton steps."""
    optimizer = torch.optim.LBFGS(parameters, lr, max_iter=steps, tolerance_change=1e-12)

    def closure():
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    optimizer.step(closure)


def test_the_optimal_discriminator_of_a_world_of_two_points():
    logits = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    real, made = torch.tensor([0] * 8 + [1] * 2), torch.tensor([0] * 3 + [1] * 7)
    descended([logits], lambda: logistic(logits[real], logits[made]))
    assert logits.detach().sigmoid().numpy() == pytest.approx(P / (P + Q), abs=1e-4)
    least = logistic(logits[real], logits[made]).item()
    assert estimate("non_saturating", least) == pytest.approx(2 * jensenshannon(P, Q) ** 2, abs=1e-6)


def test_a_discriminator_that_cannot_tell_loses_log_4():
    assert math.log(4) == LOG4
    assert logistic(torch.zeros(5), torch.zeros(3)).item() == pytest.approx(LOG4)


def test_gradients_of_both_generators_where_the_discriminator_is_sure():
    slopes = {saturating: lambda d: -d, non_saturating: lambda d: d - 1, lifted: lambda d: -1}
    for loss, slope in slopes.items():
        for logit in (-6.0, 0.0, 2.0):
            at = torch.tensor([logit], requires_grad=True)
            loss(at).backward()
            assert at.grad.item() == pytest.approx(slope(1 / (1 + math.exp(-logit))), abs=1e-6), loss
    d = torch.tensor(0.3)
    assert saturating(d.logit()[None]).item() == pytest.approx(math.log(0.7))
    assert non_saturating(d.logit()[None]).item() == pytest.approx(-math.log(0.3))


def gaussians(scale=1.0, n=400):
    real = torch.randn(n, 1, generator=RNG, dtype=torch.float64)
    return real, 3 + scale * (real if scale == 1 else torch.randn(n, 1, generator=RNG, dtype=torch.float64))


def test_a_clipped_linear_critic_measures_the_distance_of_two_gaussians():
    real, made = gaussians()
    critic = nn.Linear(1, 1).double()
    for _ in range(100):
        critic.zero_grad()
        wasserstein(critic(real), critic(made)).backward()
        with torch.no_grad():
            for weight in critic.parameters():
                weight -= 0.01 * weight.grad
        clip(critic, 0.5)
    assert abs(critic.weight.item()) == 0.5
    found = estimate("wgan", wasserstein(critic(real), critic(made)).item()) / 0.5
    assert found == pytest.approx(wasserstein_distance(real[:, 0], made[:, 0]), rel=1e-6)


@pytest.mark.parametrize("weight", [10.0, 1000.0])
def test_a_linear_critic_under_penalty_is_as_steep_as_it_pays(weight):
    real, made = gaussians()
    critic = nn.Linear(1, 1).double()
    descended([critic.weight], lambda: (
        wasserstein(critic(real), critic(made)) + weight * penalty(critic, real, made, RNG)))
    distance = wasserstein_distance(real[:, 0], made[:, 0])
    slope = 1 + distance / (2 * weight)                      # least of -s d + weight (s - 1)^2
    assert abs(critic.weight.item()) == pytest.approx(slope, rel=1e-4)
    assert -wasserstein(critic(real), critic(made)).item() == pytest.approx(slope * distance, rel=1e-4)


def test_a_critic_of_two_layers_measures_two_gaussians_of_different_width():
    real, made = gaussians(0.3)
    critic = nn.Sequential(nn.Linear(1, 30), nn.Softplus(), nn.Linear(30, 1)).double()
    optimizer = torch.optim.Adam(critic.parameters(), 0.02)
    for _ in range(500):
        optimizer.zero_grad()
        (wasserstein(critic(real), critic(made)) + 100 * penalty(critic, real, made, RNG)).backward()
        optimizer.step()
    found = -wasserstein(critic(real), critic(made)).item()
    assert found == pytest.approx(wasserstein_distance(real[:, 0], made[:, 0]), rel=0.05)


def test_the_penalty_of_a_linear_critic_is_the_same_at_all_points():
    critic = nn.Sequential(nn.Flatten(), nn.Linear(12, 1), nn.Flatten(0)).double()
    real, made = torch.rand(2, 7, 3, 2, 2, dtype=torch.float64)
    value = penalty(critic, real, made, RNG)
    assert value.item() == pytest.approx((critic[1].weight.norm().item() - 1) ** 2)
    value.backward()                                         # through the slope
    assert critic[1].weight.grad.norm() > 0


def test_the_penalty_is_taken_between_pairs():
    """At points t x + (1 - t) y of f(u) = u^2 / 2 the slope is the point itself."""
    real, made = torch.full((2000, 1), 3.0), torch.full((2000, 1), 1.0)
    value = penalty(lambda u: u.square() / 2, real, made, RNG).item()
    assert value == pytest.approx(4 / 3, rel=0.05)           # mean of (u - 1)^2 for u even in [1, 3]


def test_clipping_by_hand():
    net = nn.Linear(2, 1)
    net.load_state_dict({"weight": torch.tensor([[0.3, -0.004]]), "bias": torch.tensor([-5.0])})
    clip(net, 0.01)
    assert net.weight.tolist() == [[pytest.approx(0.01), pytest.approx(-0.004)]]
    assert net.bias.item() == pytest.approx(-0.01)


def test_steps_of_the_critic_in_a_turn():
    many = Many(turns=25, steps=100)
    for kind in ("wgan", "penalty"):
        found = [rounds(kind, 5, many, taken) for taken in (0, 24, 25, 499, 500, 501)]
        assert found == [100, 100, 5, 5, 100, 5]
    assert {rounds("non_saturating", 1, many, taken) for taken in (0, 24, 25, 500)} == {1}
