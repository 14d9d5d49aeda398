"""Training from a rewind point, warm-up, VGG."""

import math

import pytest
import torch

from stages.core.data import Role
from stages.core.errors import UserError
from stages.core.nets import ResNet, load_net, save_net
from stages.core.recipe import sgd
from stages.core.train import SGD, cosine
from stages.core.vgg import VGG
from stages.lottery.params import Training
from stages.lottery.recipe import From, Remembering, Setting, setting, trained, warmed_up
from tests.conftest import change, some_images

ROLE = Role(some_images(60), some_images(40, seed=1), list("abcdefghij"), "random images")


def recipe(**changes):
    values = {
        "epochs": 3, "batch_size": 20, "lr": 0.1, "warmup_steps": 2, "momentum": 0.0, "weight_decay": 1e-3,
        "pad": 4, "flip": True,
    }
    return Training(**(values | changes))


def given(step=0):
    return Setting(ROLE, recipe(), step)


def fresh():
    torch.manual_seed(1)
    return ResNet(8, 4, 10, mean=[0.5] * 3, std=[0.25] * 3)


def rng():
    return torch.Generator().manual_seed(1)


@pytest.mark.parametrize("step", [0, 2, 5])
def test_from_the_rewind_point_training_goes_on_as_it_did(step):
    """Without momentum a network reset to step k and trained from there is the dense one, to the bit."""
    net = fresh()
    optimizer = Remembering(net, sgd(net, recipe()), step)
    whole = trained("dense", net, optimizer, given(), rng(), extra=optimizer.extra)
    again = fresh()
    again.load_state_dict(optimizer.extra["point"])
    rest = trained("again", again, sgd(again, recipe()), given(), rng(), step)
    for (name, a), b in zip(net.state_dict().items(), again.state_dict().values(), strict=True):
        assert torch.equal(a, b), name
    assert rest[-1] == whole[-1]
    passed = [row["epoch"] for row in rest if math.isnan(row["train_loss"])]
    assert passed == {0: [], 2: [], 5: [1]}[step]            # whole epochs that pass by have no loss


def test_the_loss_of_an_epoch_is_that_of_the_steps_that_were_taken():
    """Without learning, an epoch has the same loss, up to the batches that make it, however many they are."""
    still = recipe(lr=1e-9, pad=0, flip=False, weight_decay=0.0)
    one = Setting(ROLE, still, 0)
    losses = [trained("x", net, sgd(net, still), one, rng(), first)[0]["train_loss"]
              for first in (0, 1, 2) for net in [fresh()]]
    assert max(losses) - min(losses) < 0.2 * max(losses)


def test_batches_pass_by_up_to_the_rewind_point():
    optimizer = From(SGD([torch.nn.Parameter(torch.ones(2))], 0.1), 3)
    assert [optimizer.before(taken) for taken in range(5)] == [False] * 3 + [None] * 2


def test_warm_up_is_linear_then_a_whole_cosine():
    schedule = warmed_up(0.25)
    assert [schedule(done) for done in (0, 0.125, 0.25)] == [0, 0.5, 1]
    assert schedule(0.625) == pytest.approx(0.5)
    assert schedule(0.9999999) == pytest.approx(0, abs=1e-6)
    assert warmed_up(0.0)(0.3) == cosine(0.3)


@pytest.mark.parametrize("name", ["lottery.rewind_step", "lottery.training.warmup_steps"])
def test_steps_past_the_end(project, name):
    change({"lottery.training.epochs": 3, "lottery.training.batch_size": 20, "lottery.rewind_step": 8,
            "lottery.training.warmup_steps": 8})
    assert setting().steps == 9
    change({name: 9})
    with pytest.raises(UserError, match=f"`{name}` is 9, but training ends after 9 steps: choose fewer"):
        setting()


def test_vgg_is_torchvisions():
    """Numbers of weights: torchvision's VGG-16 with batch norm has the same convolutions."""
    from stages.datasets.torchvision_import import import_torchvision

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
