"""All stages as DVC runs them, on small data, and what stops them: one line, exit code 1, nothing written."""

import numpy as np
import pytest
import torch

from stages.core.compute import start
from stages.core.errors import UserError
from stages.core.files import load
from stages.core.measurements import recorded
from stages.core.params import read
from stages.selfsup import labels, results, revisited, sweep
from stages.selfsup.images import images
from stages.selfsup.linear import right
from stages.selfsup.nets import encoder_of
from stages.selfsup.params import ARMS, METHODS, Probe, Selfsup
from stages.selfsup.recipe import common, settled
from stages.selfsup.sweep import for_batches
from tests.conftest import call, change, complaint, published, random_digits, refused, written

SMALL = {
    "data.train": 60, "data.test": 40, "encoder.widths": [2, 4], "encoder.strides": [2, 2],
    "training.epochs": 2, "training.views": 40, "pirl.negatives": 3, "simclr.outputs": 4, "pirl.outputs": 4,
    "sweep.sizes": [10, 20], "sweep.epochs": [1, 2], "sweep.temperatures": [1.0], "sweep.shares": [0.0],
    "revisited.epochs": 1, "revisited.tail": 2.0, "labels.epochs": [1, 1, 1], "labels.batch_size": 20,
}
CHAIN = [*(f"encoder {name}" for name in METHODS), "probe", "labels", "sweep",
         *(f"revisited {arm}" for arm in ARMS), "page"]


@pytest.fixture
def small(project):
    """A project of small encoders, with a small `digits` of random images."""
    random_digits(60)
    change({"seeds": [1]} | {f"selfsup.{name}": value for name, value in SMALL.items()})


def test_all_stages_twice(small_stage, project):
    for command in CHAIN:
        call(f"selfsup.{command}")
    first = written(project)
    found = recorded("data/selfsup/probe/simclr/1.safetensors")
    assert (found.linear.shape, found.rotation.shape, found.neighbours.shape) == ((2, 40), (2, 40), (40,))
    epochs = {name: recorded(f"data/training/selfsup/{name}/1.safetensors").sizes["epoch"]
              for name in METHODS}
    assert epochs == {"simclr": 2, "rotnet": 1, "pirl_rotation": 2, "pirl_jigsaw": 2, "supervised": 4}
    assert recorded("data/selfsup/labels/random/1.safetensors").right.shape == (3, 40)
    assert published(project, "selfsup") == ([12, 4, 6], set())
    in_percent(found)
    for command in ("encoder pirl_jigsaw", "probe", "revisited neighbours"):
        call(f"selfsup.{command}")
    done = small_stage("sweep")
    assert (done.returncode, done.stderr) == (0, "")
    assert written(project) == first                         # the same stage twice is the same bytes


def in_percent(simclr):
    """What tables and claims are made of is in percent, and of the blocks and parameters that they say."""
    of_all, arm = results.probes([1]).sel(network="simclr", seed=1), results.arms([1]).sel(network="stronger")
    for name in ("linear", "neighbours", *results.TRANSFORMS):
        np.testing.assert_allclose(of_all[name], 100 * simclr[name], rtol=1e-6)
    recorded_arm = recorded("data/selfsup/revisited/stronger/1.safetensors").linear
    assert arm.values[0].tolist() == (100 * recorded_arm[-1]).values.tolist()
    other = recorded("data/selfsup/sweep/temperature_1.0/1.safetensors").linear
    varied = results.varied("temperature", [1.0], [1, 2]).sel(value=1.0)
    assert varied.values[0].tolist() == (100 * other).values.tolist()


def test_random_weights_are_probed_with_the_statistics_of_the_images(small):
    for name in METHODS:
        call(f"selfsup.encoder {name}")
    call("selfsup.probe")
    role, setting = images(), common()
    start(1)
    known = right(settled(encoder_of(role, setting.encoder), role), role, read("selfsup.probe", Probe))
    found = recorded("data/selfsup/probe/random/1.safetensors").linear
    assert found.values.tolist() == known["linear"][1].tolist()


def test_the_grid_is_of_all_sizes_and_epochs(small, monkeypatch):
    asked = []

    def learn(title, role, split, parts, options, setting, rng, size, epochs):
        asked.append((size, epochs))
        return None, []

    monkeypatch.setattr(sweep, "learn", learn)
    monkeypatch.setattr(sweep, "of_method", lambda *given: (None, []))
    monkeypatch.setattr(sweep, "note", lambda *given: None)
    sweep.run()
    assert asked == [(10, 1), (10, 2), (20, 1), (20, 2)]


def test_what_fine_tuning_begins_with(small, monkeypatch):
    call("selfsup.encoder simclr")
    begun = {}

    def tuned(title, encoder, split, role, options, epochs, setting, rng):
        weights = encoder.convs[0].weight.tolist()
        begun.setdefault(title.split(",")[0], []).append((weights, len(split), epochs))
        return torch.zeros(40, dtype=torch.bool)

    monkeypatch.setattr(labels, "tuned", tuned)
    change({"labels.epochs": [3, 2, 1]}, "selfsup")
    labels.run()
    learnt = load("models/selfsup/simclr/1.safetensors")[0]["convs.0.weight"].tolist()
    assert begun["simclr"] == [(learnt, n, epochs) for n, epochs in ((10, 3), (10, 2), (60, 1))]
    assert [one[1:] for one in begun["random"]] == [one[1:] for one in begun["simclr"]]
    assert all(weights != learnt for weights, _, _ in begun["random"])


@pytest.mark.parametrize(("arm", "epochs"), [("objects", 2), ("uniform", 3), ("neighbours", 2)])
def test_arms_have_as_many_steps(small, monkeypatch, arm, epochs):
    """Two epochs of 60 images in batches of 20 are six steps; a tail of 2 leaves 40 of them, two batches."""
    change({"revisited.epochs": 2}, "selfsup")
    given = {}

    def learn(title, role, split, *rest, epochs, wrapped):
        given.update(images=len(split), epochs=epochs, wrapped=wrapped)
        return None, []

    monkeypatch.setattr(revisited, "learn", learn)
    monkeypatch.setattr(revisited, "right", lambda *given: {"right": ("image", torch.zeros(1))})
    revisited.run(arm)
    assert given["epochs"] == epochs
    assert given["images"] == (40 if arm == "uniform" else 60)
    if arm == "neighbours":                                  # from a quarter of the training on
        assert given["wrapped"](None).begin == 1.5


def test_the_rate_grows_with_the_root_of_the_batch(small):
    setting = common()
    rates = [for_batches(setting, size).training.lr / setting.training.lr for size in (5, 20, 80)]
    assert rates == pytest.approx([0.5, 1.0, 2.0])           # 40 views are 20 images


def test_colours_too(small, project):
    change({"data.role": "objects"}, "selfsup")
    for command in ("encoder simclr", "encoder pirl_jigsaw", "revisited stronger"):
        call(f"selfsup.{command}")


def test_all_begin_with_the_same_weights(small, project):
    """With a rate near 0, encoders are the same whatever they are trained by."""
    change({"training.lr": 1e-12}, "selfsup")
    for name in METHODS:
        call(f"selfsup.encoder {name}")
    first, *others = (load(f"models/selfsup/{name}/1.safetensors")[0] for name in METHODS)
    for one in others:
        assert set(one) == set(first)                        # no heads
        torch.testing.assert_close(one, first, atol=1e-5, rtol=0)


@pytest.mark.parametrize(("values", "line"), [
    ({"simclr.temperature": 0.0}, "`selfsup.simclr.temperature` is 0.0, but should be greater than 0"),
    ({"pirl.temperature": 0.0}, "`selfsup.pirl.temperature` is 0.0, but should be greater than 0"),
    ({"sweep.temperatures": [0.0]}, "`selfsup.sweep.temperatures.0` is 0.0, but should be greater than 0"),
    ({"sweep.sizes": [1, 16]}, "`selfsup.sweep.sizes.0` is 1, but should be greater than or equal to 2"),
    ({"sweep.epochs": [4, 1]}, "each number larger than the one before"),
    ({"pirl.share": 1.5}, "less than or equal to 1"),
    ({"training.epochs": 3}, "`selfsup.training.epochs` is 3, but should be an even number"),
    ({"training.views": 6}, "`selfsup.training.views` is 6, but should be a multiple of 4"),
    ({"encoder.strides": [1, 1]}, "a stride for each of 4 widths"),
    ({"views.scale": 0.0}, "`selfsup.views.scale` is 0.0, but should be greater than 0"),
    ({"seeds": 2}, "`selfsup.seeds` is 2, but should be greater than or equal to 3"),
    ({"labels.epochs": [60, 30]}, "`selfsup.labels.epochs` is [60, 30]"),
    ({"data.role": "faces"}, "`selfsup.data.role` is 'faces'"),
])
def test_bad_parameters(values, line):
    assert line in complaint("selfsup", Selfsup, values)


@pytest.mark.parametrize(("command", "values", "line"), [
    ("encoder simclr", {"data.train": 61}, "`selfsup.data.train` is 61, but there are 60 images"),
    ("encoder simclr", {"training.views": 200}, "60 training images do not fill a batch of 100"),
    ("encoder pirl_rotation", {"pirl.negatives": 60}, "negatives` is 60, but an image has only 59"),
    ("revisited neighbours", {"revisited.neighbours.count": 39}, "count` is 39, but a batch has 38 views"),
    ("encoder simcrl", {}, "there is no method `simcrl`: there are simclr, rotnet"),
    ("revisited tail", {}, "there is no arm `tail`: there are objects, scenes"),
])
def test_what_cannot_be(small, command, values, line):
    change(values, "selfsup")
    with pytest.raises(UserError) as error:
        call(f"selfsup.{command}")
    assert line in str(error.value)


def test_a_bad_parameter_is_one_line(small_stage, project):
    change({"simclr.temperature": 0.0}, "selfsup")
    refused(small_stage("encoder simclr"), "`selfsup.simclr.temperature` is 0.0", project)


def test_missing_encoders(small_stage, project):
    refused(small_stage("probe"), "models/selfsup/simclr/1.safetensors does not exist: run the stage")
