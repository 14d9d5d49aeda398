"""Trials: targets, places and controls, and rates counted by hand."""

import numpy as np
import pytest
import torch
import xarray as xr
from torch import nn

from stages.patch.judging import Trial, controls, targets
from stages.patch.learning import GREY
from stages.patch.placing import Placing
from stages.patch.results import (
    by_target,
    confusion,
    ensembles,
    errs,
    lost_when_small,
    rate,
    right,
    says_target,
    succeeds,
)
from stages.patch.success import by_place
from tests.conftest import some_images

UPRIGHT = Placing("square", 0.0, 1.0, 1.0)


class Corner(nn.Module):
    """Says the class whose level of red, in tenths, the first pixel has."""

    def forward(self, x):
        return -(10 * x[:, 0, 0, 0, None] - torch.arange(10) - 0.5).abs()


@pytest.fixture
def trial():
    return Trial(some_images(90, classes=10), 10, UPRIGHT, 3)


def levels(n=11, side=4):
    """Patches of one colour each, which `Corner` calls by their number."""
    return ((torch.arange(n) + 0.5) / 10).clamp(max=0.95).view(-1, 1, 1, 1).expand(-1, 3, side, side)


def test_targets_are_others_each_as_often(trial):
    found = targets(trial.labels, 10)
    assert (found != trial.labels).all()
    assert found.bincount().tolist() == [9] * 10
    assert set(((found - trial.labels) % 10).tolist()) == set(range(1, 10))


def test_a_patch_of_the_target_where_the_network_looks(trial):
    """The corner is said when a patch is there, and only then; another trial of the seed has equal places."""
    places = trial.places(4)
    at_corner = (places[:, :2] == 0).all(1)
    at_corner[0] = True
    places[0, :2] = 0
    said = trial.named(Corner(), levels()[trial.targets], places)
    assert said[at_corner].equal(trial.targets[at_corner])
    assert said[~at_corner].equal(trial.clean(Corner())[~at_corner])
    assert trial.places(4).equal(Trial(some_images(90), 10, UPRIGHT, 3).places(4))
    assert not trial.places(4).equal(Trial(some_images(90), 10, UPRIGHT, 4).places(4))


def test_success_by_place(trial):
    named, corners = by_place(trial, Corner(), levels(side=12), 10)
    assert corners == [0, 10, 20]
    assert named.shape == (3, 3, 90)
    assert named[0, 0].equal(trial.targets)
    assert all(named[i, j].equal(trial.clean(Corner())) for i in range(3) for j in range(3) if i + j)


def test_untargeted_patches_are_the_last(trial):
    whole = Trial(some_images(90), 10, UPRIGHT, 3)
    said = whole.untargeted(Corner(), levels(side=32))
    assert said.tolist() == [9] * 90
    assert whole.targeted(Corner(), levels(side=32)).equal(whole.targets)


def test_controls(trial):
    train = some_images(60, seed=5)
    found = controls(trial, train, 5)
    assert found["grey"].unique().tolist() == [GREY]
    assert found["noise"].shape == (90, 3, 5, 5)
    assert 0.45 < found["noise"].mean() < 0.55
    windows = train.images.unfold(2, 5, 1).unfold(3, 5, 1).permute(0, 2, 3, 1, 4, 5)       # all pieces
    for i in (0, 31, 89):
        piece = (255 * found["piece"][i]).round()
        images = (windows == piece).flatten(3).all(3).nonzero()[:, 0]
        assert [train.labels[image] for image in images] == [trial.targets[i]]


def data(named, label, clean, target, **axes):
    """A Dataset as `recorded` makes it, float as there; axes of `named` besides image."""
    dims = [*axes, "image"]
    return xr.Dataset({
        "named": (dims, np.array(named, float)), "label": ("image", np.array(label, float)),
        "clean": ("image", np.array(clean, float)), "target": ("image", np.array(target, float)),
    }, axes)


def test_rates_counted_by_hand():
    """Five images, the fourth wrong, the fifth called its target, without a patch."""
    found = data([1, 1, 0, 2, 1], label=[0, 0, 0, 0, 0], clean=[0, 0, 0, 2, 1], target=[1, 2, 1, 1, 1])
    assert says_target(found).mean() == pytest.approx(100 / 4)           # the first, of all but the fifth
    assert errs(found).mean() == pytest.approx(100 * 2 / 3)              # the first two of three
    assert right(found).mean() == 60


def test_success_is_what_a_patch_is_for():
    """The same answers, of a targeted and of an untargeted patch."""
    kinds = {"kind": ["targeted", "untargeted", "grey"]}
    found = data([[1, 1, 0, 2, 1]] * 3, label=[0, 0, 0, 0, 0], clean=[0, 0, 0, 2, 1], target=[1, 2, 1, 1, 1],
                 **kinds)
    assert succeeds(found).mean("image").values == pytest.approx([100 / 4, 100 * 2 / 3, 100 / 4])


def test_a_rates_values_are_its_jackknife():
    """An image's value less the mean is, to first order, what the rate loses without it."""
    rng = np.random.default_rng(0)
    among = xr.DataArray(rng.random(4000) < 0.7, dims="image")
    hits = xr.DataArray(rng.random(4000) < 0.3, dims="image")
    values, n = rate(hits, among), 4000
    whole = 100 * float((hits & among).sum() / among.sum())
    assert float(values.mean()) == pytest.approx(whole)
    for i in range(5):
        keep = np.arange(n) != i
        without = 100 * float((hits & among)[keep].sum() / among[keep].sum())
        assert (n - 1) * (whole - without) == pytest.approx(float(values[i]) - whole, abs=0.1)


def test_a_rate_of_nothing_is_0():
    none = xr.DataArray([False, False], dims="image")
    assert rate(~none, none).values.tolist() == [0, 0]


def test_by_target():
    """The last image is called its target without a patch, too."""
    found = data([[[1, 0, 0, 0, 1]]], label=[0, 0, 1, 2, 0], clean=[0, 0, 1, 2, 1], target=[1, 1, 0, 0, 1],
                 size=[3], kind=["targeted"])
    at = by_target(found, "abc")[3].mean("image")
    assert at.sel(network="a") == 100
    assert at.sel(network="b") == 50
    assert at.sel(network="c") == 0


def test_confusion_is_of_rows():
    label = xr.DataArray([0, 0, 0, 0, 1], dims="image")
    found = confusion(xr.DataArray([0, 1, 1, 1, 1], dims="image"), label, 2)
    assert found.dims == ("label", "named")
    assert found.values.tolist() == [[25, 75], [0, 100]]


def carried(own, other, grey=0):
    """By size 3, 5 and 16, percent that say the target on a ResNet and on two others, and there with a grey
    square, of 100 images and two seeds.
    """
    rates = np.array([[own, [0] * 3], [other, [grey] * 3], [other, [grey] * 3]])     # network, square, size
    hits = np.arange(100) < rates.swapaxes(1, 2)[:, None, ..., None]
    named = np.broadcast_to(hits, (3, 2, 3, 2, 100)).astype(float)
    return xr.Dataset({
        "by_size": (["network", "seed", "size", "square", "image"], named),
        "label": ("image", np.full(100, 2.0)), "clean": ("image", np.full(100, 2.0)),
        "target": ("image", np.full(100, 1.0)),
    }, {"network": ["resnet", "vgg", "dense"], "size": [3, 5, 16], "seed": [1, 2],
        "square": ["patch", "grey"]})


def test_what_small_patches_lose():
    """The largest keep 60 of 80, three quarters, so that of 10 and 40 the others should keep 7.5 and 30."""
    found = lost_when_small(carried([10, 40, 80], [2, 20, 60]))
    assert set(found.dims) == {"seed", "image"}
    assert found.mean() == pytest.approx((5.5 + 10) / 2)
    assert lost_when_small(carried([10, 40, 80], [10, 40, 80])).mean() == pytest.approx(0, abs=1e-9)
    grey = lost_when_small(carried([10, 40, 80], [4, 22, 62], grey=2))   # which is no success of a patch
    assert grey.mean() == pytest.approx(float(found.mean()))
    assert lost_when_small(carried([0, 0, 0], [0, 0, 0])).mean() == 0


def test_its_values_are_a_jackknife():
    rng = np.random.default_rng(1)
    chances = np.array([[0.2, 0.4, 0.8], [0.1, 0.2, 0.6], [0.1, 0.1, 0.5]])[:, None, :, None, None]
    found = carried([0] * 3, [0] * 3).isel(seed=[0])
    found = found.isel(image=np.arange(3000) % 100)
    found["by_size"] = found.by_size + (rng.random((3, 1, 3, 2, 3000)) < chances * [[1], [0.2]])
    values = lost_when_small(found).isel(seed=0)
    whole = float(values.mean())
    for i in range(5):
        without = float(lost_when_small(found.isel(image=np.arange(3000) != i)).mean())
        assert 2999 * (whole - without) == pytest.approx(float(values[i]) - whole, abs=0.5)


def test_ensembles_are_compared_with_the_others_alone():
    """On each network a patch of its own would win all; it does not count."""
    pool = ["resnet", "deeper", "vgg", "dense"]
    percent = {"resnet": 10, "deeper": 20, "vgg": 30, "dense": 40, "ensemble": 50}
    named = np.zeros((4, 5, 2, 100))
    for i, network in enumerate(pool):
        for j, (source, value) in enumerate(percent.items()):
            named[i, j, 0] = np.arange(100) < (100 if source == network else value)
    found = xr.Dataset({
        "named": (["network", "source", "kind", "image"], named), "label": ("image", np.full(100, 2.0)),
        "clean": ("image", np.full(100, 2.0)), "target": ("image", np.full(100, 1.0)),
    }, {"network": pool, "source": list(percent), "kind": ["targeted", "untargeted"]})
    gains = ensembles(found).mean("image")
    assert gains.values == pytest.approx([50 - 30, 50 - 80 / 3, 50 - 70 / 3, 50 - 20])
