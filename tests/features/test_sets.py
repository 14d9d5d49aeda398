"""Constructed sets in cases where the result is known: targets, other images, descent in a known space."""

import pytest
import torch
from torch import nn

from stages.core.data import Split
from stages.core.params import Attack
from stages.features.inversion import grey_noise, inverted, matched, others
from stages.features.nonrobust import changed, targets
from stages.features.params import Inversion
from tests.conftest import some_images
from tests.features.test_evaluation import Linear


class Pixels(nn.Module):
    """A network whose features are the pixels: the way to the goal is a straight line."""

    def features(self, x):
        return x.flatten(1)


def test_det_moves_every_image_to_the_next_class():
    labels = torch.tensor([0, 3, 9])
    assert targets("det", labels, 10, None).tolist() == [1, 4, 0]


def test_rand_is_uniform_and_independent_of_the_label():
    labels = torch.arange(10_000) % 10
    t = targets("rand", labels, 10, torch.Generator().manual_seed(0))
    counts = torch.zeros(10, 10).index_put_((labels, t), torch.ones(10_000), accumulate=True)
    chi_square = ((counts - 100) ** 2 / 100).sum().item()
    assert chi_square < 148.2                                # 99.9 % of chi-square with 99 degrees of freedom


def test_changed_images_go_to_their_targets_and_no_further_than_the_ball():
    """Along the direction in which the target's logit grows, three steps of 0.1 or to the edge."""
    net, x = Linear().eval(), torch.full((4, 3, 8, 8), 0.5)
    t = torch.tensor([0, 1, 1, 0])
    for epsilon, length in (0.2, 0.2), (1.0, 0.3):
        attack = Attack(norm="l2", epsilon=epsilon, step=0.1, iterations=3)
        found = changed(net, Split(x, 1 - t), t, attack)
        along = (found.float() - x).flatten(1) @ net.w
        assert found.dtype == torch.float16
        torch.testing.assert_close(along, length * (2.0 * t - 1), rtol=0.01, atol=0)


@pytest.mark.parametrize("n", [2, 3, 50])
def test_others_are_never_the_image_itself_and_each_is_used_once(n):
    chosen = others(n, torch.Generator().manual_seed(n))
    assert sorted(chosen.tolist()) == list(range(n))
    assert (chosen != torch.arange(n)).all()


def test_noise_is_around_grey():
    noise = grey_noise(torch.zeros(200, 3, 8, 8), torch.Generator().manual_seed(0))
    assert noise.mean().item() == pytest.approx(0.5, abs=0.001)
    assert noise.std().item() == pytest.approx(0.05, abs=0.001)
    assert noise.min() >= 0


def test_each_step_of_the_descent_has_its_length():
    """With pixels as features, k steps of length s bring every image k s nearer to its goal, on a line."""
    goal, x = torch.full((4, 3, 8, 8), 0.6), 0.4 + 0.1 * torch.rand(4, 3, 8, 8)
    found = inverted(Pixels(), goal.flatten(1), x, step=0.1, iterations=5)
    line = (goal - x) / (goal - x).flatten(1).norm(dim=1).view(-1, 1, 1, 1)
    torch.testing.assert_close(found, x + 0.5 * line, rtol=0, atol=1e-5)


def test_images_stay_in_the_box():
    goal = torch.full((2, 3 * 8 * 8), 5.0)
    found = inverted(Pixels(), goal, torch.rand(2, 3, 8, 8), step=1.0, iterations=40)
    torch.testing.assert_close(found, torch.ones(2, 3, 8, 8))


def test_distances_before_and_after():
    train = some_images(7)
    starts = some_images(7, seed=1).images
    images, before, after = matched(Pixels(), train, starts, Inversion(step=0.5, iterations=4))
    x, goal = starts.double() / 255, train.images.double() / 255
    length = goal.flatten(1).norm(dim=1)
    wanted = (x - goal).flatten(1).norm(dim=1) / length
    torch.testing.assert_close(before.double(), wanted, rtol=1e-5, atol=0)
    torch.testing.assert_close(after.double(), wanted - 2 / length, rtol=1e-3, atol=1e-3)
    assert (images.dtype, images.shape) == (torch.float16, (7, 3, 32, 32))
