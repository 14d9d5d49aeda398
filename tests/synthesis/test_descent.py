"""The descent on images against attacks of core and optima that are known; masks counted by hand."""

from functools import partial
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from stages.core.attacks import lengths, losses, pgd
from stages.core.errors import UserError
from stages.synthesis import descent as method
from stages.synthesis.descent import boxes, descent, outside, painted

SETTINGS = SimpleNamespace(epsilon=0.5, step=0.2, iterations=6)
SHAPE = 3, 8, 8


class Linear(nn.Module):
    """Logits of two classes, linear in the image; where `seen` is 0, nothing is looked at."""

    def __init__(self, seen=1.0):
        super().__init__()
        self.weight = 0.1 * seen * torch.randn(2, *SHAPE, generator=torch.Generator().manual_seed(1))

    def forward(self, x):
        return torch.einsum("nchw,kchw->nk", x, self.weight)


@pytest.fixture
def x():
    """Images that stay clear of 0 and 1 within SETTINGS."""
    return 0.4 + 0.2 * torch.rand(5, *SHAPE)


Y = torch.tensor([0, 1, 1, 0, 1])


def test_on_a_linear_classifier_the_end_is_the_optimum(x):
    net = Linear()
    towards = torch.stack([net.weight[y] - net.weight[1 - y] for y in Y])
    best = x + SETTINGS.epsilon * towards / towards.flatten(1).norm(dim=1).view(-1, 1, 1, 1)
    torch.testing.assert_close(painted(partial(losses, net), x, [Y], SETTINGS), best)


def test_it_is_the_targeted_attack_to_the_bit(x):
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 2))
    attacked = pgd(net, x, Y, "l2", 0.5, 0.2, 6, targeted=True)
    assert torch.equal(painted(partial(losses, net), x, [Y], SETTINGS), attacked)
    assert not torch.equal(attacked, pgd(net, x, Y, "l2", 0.5, 0.2, 6))


def test_every_step_stays_within_reach():
    x, net = torch.rand(5, *SHAPE), Linear()
    path = list(descent(partial(losses, net), x, [Y], SETTINGS))
    assert len(path) == SETTINGS.iterations
    assert all((lengths(at - x) <= SETTINGS.epsilon * 1.0001).all() for at in path)
    assert all(at.min() >= 0 and at.max() <= 1 for at in path)
    assert (lengths(path[0] - x) <= SETTINGS.step * 1.0001).all()


def test_parts_are_put_together_in_order(x, monkeypatch):
    net = Linear()
    whole = painted(partial(losses, net), x, [Y], SETTINGS)
    monkeypatch.setattr(method, "BATCH_SIZE", 2)
    torch.testing.assert_close(painted(partial(losses, net), x, [Y], SETTINGS), whole)


def test_boxes_are_squares_at_any_place():
    mask = boxes(torch.zeros(400, 3, 7, 6), 4, torch.Generator().manual_seed(0), "box")
    assert mask.shape == (400, 1, 7, 6)
    assert (mask.sum((1, 2, 3)) == 16).all()
    corners = {tuple(torch.nonzero(one[0])[0].tolist()) for one in mask}
    assert corners == {(row, column) for row in range(4) for column in range(3)}
    for one in mask[:20, 0]:
        row, column = torch.nonzero(one)[0].tolist()
        assert one[row : row + 4, column : column + 4].all()


def test_a_box_as_large_as_the_image_is_refused():
    with pytest.raises(UserError, match="`box` is 8, but images are 8 x 8 pixels: lower it"):
        boxes(torch.zeros(1, *SHAPE), 8, torch.Generator(), "box")


def test_changes_outside_the_mask_by_hand(x):
    mask = boxes(x, 3, torch.Generator().manual_seed(0), "box")
    at = torch.rand(5, *SHAPE)
    for i, found in enumerate(outside(at, x, mask)):
        squares = [(at[i, c, j, k] - x[i, c, j, k]) ** 2
                   for c in range(3) for j in range(8) for k in range(8) if not mask[i, 0, j, k]]
        assert found == pytest.approx(float(sum(squares)) / 192, rel=1e-5)


def priced(net, weight):
    return lambda at, y, x, mask: losses(net, at, y) + weight * outside(at, x, mask)


def test_what_the_network_does_not_see_stays_as_it_is(x):
    """A network that looks into the box only changes nothing else, to the bit."""
    mask = torch.zeros(1, 1, 8, 8)
    mask[..., 2:5, 3:6] = 1
    each = mask.expand(5, 1, 8, 8)
    found = painted(priced(Linear(mask[0]), 10), x, [Y, x, each], SETTINGS)
    assert torch.equal(found * (1 - mask), x * (1 - mask))
    assert (lengths(found - x) > 0.4).all()


def test_a_price_keeps_the_outside_and_without_one_the_mask_says_nothing(x):
    net, mask = Linear(), boxes(x, 3, torch.Generator().manual_seed(0), "box")
    free, dear = (painted(priced(net, weight), x, [Y, x, mask], SETTINGS) for weight in (0, 1e5))
    assert torch.equal(free, painted(partial(losses, net), x, [Y], SETTINGS))
    assert (outside(dear, x, mask) < 0.5 * outside(free, x, mask)).all()
