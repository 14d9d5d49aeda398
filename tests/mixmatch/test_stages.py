"""All stages as DVC runs them, on small data, and what stops them: one line, exit code 1, nothing written."""

import numpy as np
import pytest
import torch

from stages.core.errors import UserError
from stages.core.measurements import recorded
from stages.core.params import read
from stages.core.scores import correct, logits
from stages.mixmatch import ablation, classes
from stages.mixmatch.images import images
from stages.mixmatch.nets import network
from stages.mixmatch.params import CHANGES, METHODS, Data, MixMatchExperiment, Network
from stages.mixmatch.recipe import measure
from stages.mixmatch.results import of_percent
from tests.conftest import call, change, complaint, published, random_digits, refused, written

SMALL = {
    "data.train": 60, "data.test": 40, "data.pool": 4, "labels.main": [10, 20], "labels.rivals": [10],
    "network.widths": [4], "training.epochs": 2, "training.steps": 2, "training.batch_size": 4,
    "classes.labels": 6, "classes.shares": [0.0, 1.0],
}


@pytest.fixture
def small(project):
    """A project of small networks, with a small `digits` of random images."""
    random_digits(60)
    change({"seeds": [1]} | {f"mixmatch.{name}": value for name, value in SMALL.items()})


def test_all_stages_twice(small_stage, project):
    for name in METHODS:
        call(f"mixmatch.method {name}")
    for name in CHANGES:
        call(f"mixmatch.ablation {name}")
    for command in ("classes", "page"):
        call(f"mixmatch.{command}")
    first = written(project)
    found = {name: recorded(f"data/mixmatch/{name}/10/1.safetensors") for name in METHODS}
    found |= {name: recorded(f"data/mixmatch/ablation/{name}/1.safetensors") for name in CHANGES}
    assert len({one.sure.values.tobytes() for one in found.values()}) == len(METHODS) + len(CHANGES)
    assert found["mixmatch"].weights.values.tolist() == ["average", "last"]
    assert found["mixmatch"].right.shape == (2, 40)
    known = recorded("data/mixmatch/classes/0.0/1.safetensors")
    assert known.right.shape == (2, 24)                      # of six classes in ten
    percent = of_percent("mixmatch/10", [1]).sel(seed=1)
    for name, known in (("right", found["mixmatch"].right[0]), ("last", found["mixmatch"].right[1]),
                        ("sure", found["mixmatch"].sure)):
        np.testing.assert_allclose(percent[name], 100 * known, rtol=1e-6)
    assert published(project, "mixmatch") == ([15, 5, 4], set())
    for command in ("method fixmatch", "classes", "page"):
        call(f"mixmatch.{command}")
    done = small_stage("ablation mixup_separate")
    assert (done.returncode, done.stderr) == (0, "")
    assert written(project) == first                         # the same stage twice is the same bytes


def test_how_sure_networks_are_is_by_averaged_weights(small):
    role = images(read("mixmatch.data", Data))
    both = network(role, read("mixmatch.network", Network)).eval()
    with torch.no_grad():
        both.trained.linear.weight.mul_(3)
    measure("data/one.safetensors", both, role.test)
    found, z = recorded("data/one.safetensors"), logits(both.average, role.test.images)
    np.testing.assert_allclose(found.sure, z.softmax(1).amax(1), rtol=1e-6)
    assert found.right.sel(weights="average").values.tolist() == correct(z, role.test.labels).tolist()


def test_networks_of_unknown_classes_are_told_apart(small):
    """With a share of 0 unlabelled images are of known classes, and which they are matters."""
    call("mixmatch.classes")
    sure = {share: recorded(f"data/mixmatch/classes/{share}/1.safetensors").sure.values.tobytes()
            for share in (0.0, 1.0, "supervised")}
    assert len(set(sure.values())) == 3
    change({"classes.labels": 12}, "mixmatch")
    call("mixmatch.classes")
    assert recorded("data/mixmatch/classes/1.0/1.safetensors").sure.values.tobytes() != sure[1.0]


def test_a_share_of_unlabelled_images_is_of_other_classes(small, monkeypatch):
    given = {}
    monkeypatch.setattr(classes, "learn", lambda name, method, options, role, number, unlabelled, *rest:
                        given.update({name: (method, number, int((unlabelled.labels >= 6).sum()))}))
    call("mixmatch.classes")
    assert given == {"classes/supervised": ("supervised", 6, 0), "classes/0.0": ("mixmatch", 6, 0),
                     "classes/1.0": ("mixmatch", 6, 24)}


def test_parts_are_changed_with_the_fewest_labels(small, monkeypatch):
    asked = {}
    monkeypatch.setattr(ablation, "learn", lambda name, method, options, role, number, *rest:
                        asked.update({name: (number, options["temperature"], options["copies"])}))
    call("mixmatch.ablation no_sharpening")
    call("mixmatch.ablation three_copies")
    assert asked == {"ablation/no_sharpening": (10, 1.0, 2), "ablation/three_copies": (10, 0.5, 3)}


def test_what_is_measured(small):
    """The history is that of the averaged weights; parameters are counted by hand."""
    call("mixmatch.method supervised")
    found = recorded("data/mixmatch/supervised/20/1.safetensors")
    history = recorded("data/training/mixmatch/supervised/20/1.safetensors")
    assert history.test_accuracy.values[-1] == pytest.approx(100 * found.right.sel(weights="average").mean())
    assert history.epoch.values.tolist() == [1, 2]
    assert history.attrs["parameters"] == sum((
        9 * 4, 4 * 9 * 4, 4 * 9 * 4, 2 * 4, 2 * 4,           # first convolution, a block and its norms
        2 * 4, 10 * 4 + 10,                                  # norm and logits
    ))


@pytest.mark.parametrize(("values", "line"), [
    ({"methods.mixmatch.temperature": 0.0}, "`mixmatch.methods.mixmatch.temperature` is 0.0, but should be "
                                            "greater than 0"),
    ({"methods.mixmatch.copies": 0}, "`mixmatch.methods.mixmatch.copies` is 0, but should be greater"),
    ({"methods.pi_model.weight": -1.0}, "`mixmatch.methods.pi_model.weight` is -1.0, but should be greater"),
    ({"methods.mixmatch.alpha": -0.1}, "`mixmatch.methods.mixmatch.alpha` is -0.1"),
    ({"methods.mixmatch.mixing": "some"}, "`mixmatch.methods.mixmatch.mixing` is 'some', but should be"),
    ({"methods.fixmatch.threshold": 1.1}, "`mixmatch.methods.fixmatch.threshold` is 1.1"),
    ({"methods.mixup.ramp": 1.5}, "`mixmatch.methods.mixup.ramp` is 1.5, but should be less than"),
    ({"labels.main": [10]}, "`mixmatch.labels.main` is [10]"),
    ({"labels.main": [40, 20]}, "each number larger than the one before"),
    ({"labels.rivals": [40]}, "should be `rivals` with the first of `main`, which claims are about"),
    ({"labels.rivals": [20, 30]}, "should be `rivals` with the first of `main`"),
    ({"training.average": 1.0}, "`mixmatch.training.average` is 1.0, but should be less than 1"),
    ({"training.batch_size": 1}, "`mixmatch.training.batch_size` is 1"),
    ({"classes.shares": [0.0, 0.5]}, "should be `shares` that have 0.0 and 1.0, which claims are about"),
    ({"classes.shares": [0.0, 1.0, 1.5]}, "`mixmatch.classes.shares.2` is 1.5"),
    ({"seeds": 2}, "`mixmatch.seeds` is 2, but should be greater than or equal to 3"),
])
def test_bad_parameters(values, line):
    assert line in complaint("mixmatch", MixMatchExperiment, values)


@pytest.mark.parametrize(("values", "line"), [
    ({"labels.main": [25, 40], "labels.rivals": [25]}, "25 labels are not a multiple of 10 classes"),
    ({"labels.main": [70, 80], "labels.rivals": [70]}, "7 labels of a class are wanted, but there are 6"),
    ({"data.train": 61}, "`mixmatch.data.train` is 61, but there are 60 images"),
    ({"data.pool": 29}, "images of 28 pixels cannot be made 29 times smaller: lower `pool`"),
])
def test_too_few_images(small, values, line):
    change(values, "mixmatch")
    with pytest.raises(UserError, match=line):
        call("mixmatch.method supervised")


def test_more_labels_than_images_are_one_line(small_stage, project):
    change({"labels.main": [70, 80], "labels.rivals": [70]}, "mixmatch")
    done = small_stage("method mixmatch")
    refused(done, "lower the numbers of labels, or raise `mixmatch.data.train`", project)


def test_unknown_names_are_one_line(small_stage, project):
    refused(small_stage("method mixmash"), "there is no method `mixmash`: there are supervised, ", project)
    refused(small_stage("ablation no_mixups"), "did you mean `no_mixup`?", project)
