"""Scores against their formulas, limits in which one becomes another, and ODIN's step on a linear network."""

import pytest
import torch
from torch import nn

from stages.ood.scores import energy, max_softmax, odin, stepped


class Linear(nn.Module):
    """The logit of class 1 is w·x, that of class 0 is 0."""

    def __init__(self):
        super().__init__()
        self.w = torch.randn(3, 8, 8)

    def forward(self, x):
        score = (x * self.w).flatten(1).sum(1)
        return torch.stack([torch.zeros_like(score), score], 1)


@pytest.fixture
def z():
    return 5 * torch.randn(50, 10)


def test_maximum_softmax_and_energy_written_out(z):
    for row, largest, free in zip(z.double(), max_softmax(z), energy(z), strict=True):
        parts = torch.stack([torch.exp(one) for one in row])
        assert largest.item() == pytest.approx((parts.max() / parts.sum()).item(), rel=1e-12)
        assert free.item() == pytest.approx(torch.log(parts.sum()).item(), rel=1e-12)


def test_temperature_one_is_maximum_softmax(z):
    assert odin(z, 1.0).equal(max_softmax(z))


def test_a_high_temperature_ranks_by_the_margin_over_the_mean_logit(z):
    """exp(z_i / T) is 1 + z_i / T up to 1 / T^2, so c max p - 1 is (max z - mean z) / T."""
    t = 1e6
    margin = (z.amax(1) - z.mean(1)).double()
    torch.testing.assert_close(t * (10 * odin(z, t) - 1), margin, rtol=0, atol=1e-3)


def test_scores_that_float32_would_tie_are_apart():
    z = torch.tensor([[8.0, 0.0], [8.0 + 1e-3, 0.0]])
    assert odin(z, 1000.0)[1] > odin(z, 1000.0)[0]


def test_energy_sees_what_softmax_does_not(z):
    """Softmax does not change when a number is added to all logits, the energy does, by that number."""
    torch.testing.assert_close(max_softmax(z + 3), max_softmax(z), rtol=1e-5, atol=0)
    torch.testing.assert_close(energy(z + 3), energy(z) + 3, rtol=1e-6, atol=0)


@pytest.mark.parametrize("temperature", [1.0, 1000.0])
def test_the_step_moves_every_pixel_towards_confidence(temperature):
    """On a linear score the gradient's sign is that of w, or of -w where class 0 is predicted."""
    net, x = Linear().eval(), torch.rand(6, 3, 8, 8)
    predicted = net(x).argmax(1)
    sign = torch.where(predicted.bool(), 1.0, -1.0).view(-1, 1, 1, 1) * net.w.sign()
    torch.testing.assert_close(stepped(net, x, temperature, 0.01, batch_size=4), x + 0.01 * sign)
    assert (max_softmax(net(stepped(net, x, temperature, 0.01))) > max_softmax(net(x))).all()


def test_no_step_is_the_image_itself():
    images = torch.randint(256, (5, 3, 8, 8), dtype=torch.uint8)
    assert stepped(Linear().eval(), images, 1000.0, 0.0).equal(images / 255)
