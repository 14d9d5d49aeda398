"""Ascent on losses whose maxima are known, slices of a quadratic, and the files that the stage writes."""

import pytest
import torch
from torch import nn

from stages.core.data import Split
from stages.core.errors import UserError
from stages.core.measurements import recorded
from stages.core.nets import ResNet, save_net
from stages.core.scores import logits, loss
from stages.noise.landscape import ascended, filter_normalised, run, slices, under_attack
from stages.noise.weights import filter_norms, filters
from tests.conftest import change, some_images


class Logistic(nn.Module):
    """A linear network of two classes on one bright pixel; the loss falls with the gap of its two weights."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.tensor([[1.0], [-1.0]]))

    def forward(self, x):
        return x[:, 0, :1, 0] @ self.w.T


def ones(n=4):
    return Split(torch.full((n, 1, 1, 1), 255, dtype=torch.uint8), torch.zeros(n, dtype=torch.int64))


@pytest.mark.parametrize(("norm", "radius", "change"), [("l2", 0.5, 0.5 / 2**0.5), ("linf", 0.5, 0.5)])
def test_ascent_reaches_the_known_maximum(norm, radius, change):
    # class 0 is right, so the loss rises fastest along (-1, +1): the end is that direction times the radius
    end, = ascended(Logistic().eval(), ones(), radius, 5, norm)
    torch.testing.assert_close(end, torch.tensor([[-change], [change]]))


def test_the_rise_is_the_difference_of_the_losses():
    net = Logistic().eval()
    rises, right = under_attack(net, ones(), ones(), [0.5, 3.0], 5, "linf")
    gap = torch.tensor([2.0, 1.0, -4.0], dtype=torch.float64)                # at radius 0, 0.5 and 3
    wanted = nn.functional.softplus(-gap)
    torch.testing.assert_close(rises, wanted[1:] - wanted[0], rtol=1e-2, atol=1e-6)      # bfloat16 logits
    assert right.tolist() == [[True] * 4, [False] * 4]
    assert torch.equal(net.w, torch.tensor([[1.0], [-1.0]]))


@pytest.mark.parametrize("norm", ["l2", "linf"])
def test_adversarial_weights_stay_in_the_ball(norm):
    net = ResNet(8, 4, 10, mean=[0.5] * 3, std=[0.25] * 3).eval()
    end = ascended(net, some_images(20), 0.3, 4, norm)
    size = torch.cat([e.flatten() for e in end]).norm(p=2 if norm == "l2" else torch.inf).item()
    assert 0.299 < size <= 0.3 * (1 + 1e-6)                  # and reach its edge: the loss rises on there


def test_directions_have_the_filters_norms():
    weights = [torch.randn(4, 3, 2, 2), torch.randn(5, 7)]
    for weight, direction in zip(weights, filter_normalised(weights), strict=True):
        torch.testing.assert_close(filter_norms(direction), filter_norms(weight))


def test_slices_pass_through_the_network_itself():
    net, train = ResNet(8, 4, 10, mean=[0.5] * 3, std=[0.25] * 3).eval(), some_images(20)
    before = [weight.clone() for weight in filters(net)]
    curves = slices(net, train, [-0.5, 0.0, 0.5], directions=2)
    assert curves.shape == (2, 3)
    assert curves[:, 1].tolist() == [loss(logits(net, train.images), train.labels)] * 2
    assert curves[0, 0] != curves[1, 0]
    assert all(torch.equal(a, b) for a, b in zip(filters(net), before, strict=True))


def test_the_stage(project):
    few = {"images": 20, "hessian_images": 10, "batch_size": 5, "points": 3, "radii_linf": [0.001, 0.002]}
    change(few, "noise.landscape")
    change({"training.depth": 8, "seeds": [4]})
    save_net("models/resnet8/sam/4.safetensors", ResNet(8, 4, 10, mean=[0.5] * 3, std=[0.25] * 3))
    run("sam")
    found = recorded("data/noise/landscape/sam/4.safetensors")
    assert {name: values.dims for name, values in found.items()} == {
        "adversarial_l2": ("radius_l2", "image"), "adversarial_linf": ("radius_linf", "image"),
        "sharpness": ("radius_l2",), "eigenvalue": (), "slices": ("direction", "distance"),
    }
    assert dict(found.sizes) == {"radius_l2": 3, "radius_linf": 2, "image": 40, "direction": 2, "distance": 3}
    assert (found.sharpness.diff("radius_l2") > 0).all()     # a larger ball holds a larger rise


def test_too_few_images(project):
    with pytest.raises(UserError, match=r"needs 200 training images, `objects` has 60: lower images"):
        run("sgd")
