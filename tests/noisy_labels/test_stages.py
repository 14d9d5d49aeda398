"""All stages as DVC runs them, on small data, and what stops them: one line, exit code 1, nothing written."""

import numpy as np
import pytest
import torch

from stages.core.files import load
from stages.core.measurements import recorded
from stages.noisy_labels.params import METHODS, NoisyLabels
from tests.conftest import call, change, complaint, published, random_digits, refused, written

SMALL = {
    "data.train": 60, "data.validation": 20, "data.test": 40, "data.pool": 4, "network.widths": [4],
    "network.dense": 8, "training.epochs": 2, "training.batch_size": 20, "every": 1, "sweep.alpha": [1.0],
    "sweep.beta": [3.0], "noises.main": ["none", "symmetric_60", "symmetric_80"],
}


@pytest.fixture
def small(project):
    """A project of small networks, with a small `digits` of random images."""
    random_digits(60)
    change({"seeds": [1]} | {f"noisy_labels.{name}": value for name, value in SMALL.items()})


def test_all_stages_twice(small_stage, project):
    call("noisy_labels.labels")
    for name in METHODS:
        call(f"noisy_labels.method {name}")
    for command in ("sweep", "page"):
        call(f"noisy_labels.{command}")
    first = written(project)
    labels = recorded("data/noisy_labels/labels/symmetric_40/1.safetensors").confusion
    assert labels.values.sum() == 40                         # of those for training
    assert labels.values.trace() == 40 - 10 * round(0.4 * 4)
    found = recorded("data/noisy_labels/mixup/asymmetric_40/1.safetensors")
    assert found.epoch.values.tolist() == [1, 2]
    assert (found.right.shape, found.memorised.shape) == ((2, 40), (2, 10))
    assert found.mislabelled.values.tolist() == [0, 0, 2, 2, 0, 2, 2, 2, 0, 0]
    losses = {str(load(f"data/training/noisy_labels/{name}/symmetric_40/1.safetensors")) for name in METHODS}
    assert len(losses) == len(METHODS)                       # no two are the same training
    assert published(project, "noisy_labels") == ([13, 3, 5], set())
    for command in ("labels", "method mixup", "page"):
        call(f"noisy_labels.{command}")
    done = small_stage("sweep")
    assert (done.returncode, done.stderr) == (0, "")
    assert written(project) == first                         # the same stage twice is the same bytes


def test_held_out_labels_are_as_wrong(small):
    call("noisy_labels.labels")
    true = load("data/digits.safetensors")[0]["train_labels"]
    given = load("data/noisy_labels/labels/symmetric_60/1.safetensors")[0]["given"]
    wrong = (given != true).float()
    assert (wrong[:40].mean(), wrong[40:].mean()) == pytest.approx((0.5, 0.5))          # 2 of 4, and 1 of 2


def test_labels_that_people_gave(small, small_stage, project, tmp_path):
    change({"human": "labels", "noises.main": ["none", "symmetric_60", "symmetric_80", "human_worse"]},
           "noisy_labels")
    refused(small_stage("labels"), "labels/CIFAR-10_human.pt does not exist", project)
    (project / "labels").mkdir()
    torch.save({"clean_label": np.arange(60), "worse_label": np.arange(60)}, "labels/CIFAR-10_human.pt")
    refused(small_stage("labels"), "are not those of `objects`", project)


RULE = "none, symmetric_ or asymmetric_ and a percentage from 1 to 99, as in symmetric_40, or human_"


@pytest.mark.parametrize(("values", "line"), [
    ({"noises.all": ["symmetric_40", "asymmetric_40", "symmetric_101"]}, RULE),          # more than all
    ({"noises.all": ["symmetric_40", "asymmetric_40", "symmetric_0"]}, RULE),
    ({"noises.all": ["symmetric_40", "asymmetric_40", "human_best"]}, RULE),
    ({"noises.all": ["symmetric_40"]}, "lists that have symmetric_40, asymmetric_40, which claims are about"),
    ({"noises.main": ["none"]}, "lists that have none, symmetric_40, symmetric_60, symmetric_80, which"),
    ({"noises.main": ["none", "symmetric_60", "symmetric_80", "symmetric_40"]}, "nothing in it twice"),
    ({"methods.sce.a": 0.0}, "`noisy_labels.methods.sce.a` is 0.0, but should be less than 0"),
    ({"methods.gce.q": 0.0}, "`noisy_labels.methods.gce.q` is 0.0, but should be greater than 0"),
    ({"methods.bootstrap.share": 1.1}, "less than or equal to 1"),
    ({"sweep.beta": [0.0]}, "greater than 0"),
    ({"network.widths": []}, "`noisy_labels.network.widths` is []"),
    ({"training.epochs": 0}, "`noisy_labels.training.epochs` is 0"),
    ({"data.role": "garments"}, "`noisy_labels.data.role` is 'garments'"),
])
def test_bad_parameters(values, line):
    assert line in complaint("noisy_labels", NoisyLabels, values)


@pytest.mark.parametrize(("values", "line"), [
    ({"data.validation": 60}, "`noisy_labels.data.validation` is 60, but there are 60 images for training"),
    ({"data.train": 61}, "`noisy_labels.data.train` is 61, but there are 60 images"),
    ({"noises.main": ["none", "symmetric_60", "symmetric_80", "symmetric_1.5"]}, RULE),
])
def test_a_bad_parameter_is_one_line(small_stage, project, values, line):
    change(values, "noisy_labels")
    refused(small_stage("labels"), line, project)


def test_a_method_that_there_is_not(small_stage, project):
    refused(small_stage("method gc"), "there is no method `gc`: there are ce, sce, gce", project)


def test_missing_labels(small_stage, project):
    done = small_stage("method ce")
    refused(done, "labels/symmetric_40/1.safetensors does not exist: run the stage", project)
