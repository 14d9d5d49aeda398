"""Training from a rewind point, warm-up, VGG."""

import pytest
import torch

from stages.core.data import Role
from stages.core.errors import UserError
from stages.core.nets import ResNet, load_net, save_net
from stages.core.recipe import sgd
from stages.core.train import cosine
from stages.lottery.params import Training
from stages.lottery.recipe import remembering, trained, warmed_up
from stages.lottery.vgg import VGG
from tests.conftest import some_images

ROLE = Role(some_images(60), some_images(40, seed=1), list("abcdefghij"), "random images")


def recipe(**changes):
    values = {
        "epochs": 3, "batch_size": 20, "lr": 0.1, "warmup_steps": 2, "momentum": 0.0, "weight_decay": 1e-3,
        "pad": 4, "flip": True,
    }
    return Training(**(values | changes))


def fresh():
    torch.manual_seed(1)
    return ResNet(8, 4, 10, mean=[0.5] * 3, std=[0.25] * 3)


def rng():
    return torch.Generator().manual_seed(1)


@pytest.mark.parametrize("step", [0, 2, 5])
def test_from_the_rewind_point_training_goes_on_as_it_did(step):
    """Without momentum a network reset to step k and trained from there is the dense one, to the bit."""
    net = fresh()
    optimizer = sgd(net, recipe())
    extra = remembering(step, net, optimizer)
    whole = trained("dense", net, optimizer, ROLE, rng(), recipe(), extra=extra)
    again = fresh()
    again.load_state_dict(extra["point"])
    rest = trained("again", again, sgd(again, recipe()), ROLE, rng(), recipe(), step)
    for (name, a), b in zip(net.state_dict().items(), again.state_dict().values(), strict=True):
        assert torch.equal(a, b), name
    assert torch.equal(whole.right[-1], rest.right[-1])
    assert len(rest.rows) == {0: 3, 2: 3, 5: 2}[step]        # whole epochs that pass by are no rows
    assert rest.rows[-1] == whole.rows[-1]


def test_warm_up_is_linear_then_a_whole_cosine():
    schedule = warmed_up(0.25)
    assert [schedule(done) for done in (0, 0.125, 0.25)] == [0, 0.5, 1]
    assert schedule(0.625) == pytest.approx(0.5)
    assert schedule(0.9999999) == pytest.approx(0, abs=1e-6)
    assert warmed_up(0.0)(0.3) == cosine(0.3)


@pytest.mark.parametrize(
    ("changes", "first", "line"),
    [
        ({}, 9, "`lottery.rewind_step` is 9, but training ends after 9 steps: choose fewer"),
        ({"warmup_steps": 12}, 0, "`lottery.training.warmup_steps` is 12, but training ends after 9 steps"),
    ],
)
def test_steps_past_the_end(changes, first, line):
    net = fresh()
    with pytest.raises(UserError, match=line):
        trained("x", net, sgd(net, recipe()), ROLE, rng(), recipe(**changes), first)


def test_vgg_is_torchvisions():
    """Numbers of weights: torchvision's VGG-16 with batch norm has the same convolutions."""
    from stages.core.torchvision_import import import_torchvision

    theirs = import_torchvision().models.vgg16_bn(num_classes=10).features
    ours = VGG(16, 64, 10, mean=[0.5] * 3, std=[0.25] * 3)
    wanted = [tuple(p.shape) for p in theirs.parameters() if p.dim() > 1]
    assert [tuple(p.shape) for p in ours.layers.parameters() if p.dim() > 1] == wanted
    assert ours(torch.rand(2, 3, 32, 32)).shape == (2, 10)


def test_vgg_is_kept_and_found_again(tmp_path):
    net = VGG(11, 4, 10, mean=[0.5] * 3, std=[0.25] * 3).eval()
    save_net(tmp_path / "net.safetensors", net)
    x = torch.rand(2, 3, 32, 32)
    assert torch.equal(load_net(tmp_path / "net.safetensors", VGG)(x), net(x))


def test_vgg_of_no_known_depth():
    with pytest.raises(UserError, match="a VGG has depth 11, 13, 16, 19, not 12"):
        VGG(12, 4, 10, mean=[0.5] * 3, std=[0.25] * 3)
