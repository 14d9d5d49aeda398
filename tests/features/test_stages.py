"""The chain as DVC runs it, on tiny networks; what stops it: one line, exit code 1, nothing half written."""

import pytest
import torch

from stages.core.attacks import losses
from stages.core.data import load_role, unit
from stages.core.files import load
from stages.core.measurements import recorded
from stages.core.nets import load_net
from stages.core.scores import accuracy
from tests.conftest import change, refused

EPSILON = 2.0


@pytest.fixture
def small(project):
    """The project with the smallest networks and sets."""
    one = {"epochs": 1, "lr": 0.05, "pad": 0, "flip": False}
    change({"seeds": [6], "training.width": 4, "training.epochs": 1, "training.batch_size": 30})
    change({"robust.iterations": 1, "robust.epochs": 1})
    change({
        "images": 60, "nonrobust.det": {"norm": "l2", "epsilon": EPSILON, "step": 1.0, "iterations": 2},
        "inversion": {"step": 1.2, "iterations": 4},
        "retraining.det": one,
        "evaluation": {"images": 30, "epsilons": [1.0, 2.0], "iterations": 1, "restarts": 1},
    }, "features")
    return project


def test_the_chain(small, ran):
    for command in (
        "baseline.train 8", "baseline.robust", "features.nonrobust det",
        "features.inversion robust_noise", "features.retraining det", "features.evaluation on_det",
    ):
        done = ran(command)
        assert (done.returncode, done.stderr) == (0, "")
    role = load_role("objects")
    det, noise = (load(f"data/features/sets/{name}/6.safetensors")[0] for name in ("det", "robust_noise"))
    assert det["images"].dtype == torch.float16
    assert det["labels"].tolist() == ((role.train.labels + 1) % 10).tolist()
    moved = det["images"].float() - role.train.images / 255
    assert moved.flatten(1).norm(dim=1).max() <= EPSILON + 0.02              # and rounding to half
    sgd, robust = (load_net(f"models/{name}/6.safetensors") for name in ("resnet8/sgd", "robust"))
    x, t = unit(role.train.images), det["labels"]
    before, after = (losses(sgd, images, t).mean() for images in (x, unit(det["images"])))
    assert after < before - 0.1                                              # towards the target, not away
    assert recorded("data/features/seen/det/6.safetensors").target_rate == pytest.approx(
        accuracy(sgd(unit(det["images"])), t), abs=0.05
    )
    assert noise["labels"].tolist() == role.train.labels.tolist()
    assert noise["starts"].mean().item() == pytest.approx(0.5, abs=0.01)
    seen = recorded("data/features/seen/robust_noise/6.safetensors").mean()
    assert seen.distance_after < seen.distance_before
    images = unit(noise["images"])
    assert seen.own == pytest.approx(accuracy(robust(images), role.train.labels), abs=0.05)
    assert seen.other == pytest.approx(accuracy(sgd(images), role.train.labels), abs=0.05)
    assert load_net("models/features/on_det/6.safetensors").shape["depth"] == 8
    found = recorded("data/features/evaluation/on_det/6.safetensors")
    assert dict(found.sizes) == {"image": 40, "epsilon": 2, "attacked_image": 30}
    assert found.epsilon.values.tolist() == [1, 2]
    first = (small / "data/features/sets/det/6.safetensors").read_bytes()
    assert ran("features.nonrobust det").returncode == 0
    assert (small / "data/features/sets/det/6.safetensors").read_bytes() == first


@pytest.mark.parametrize(
    ("command", "changes", "line"),
    [
        ("nonrobust det", {}, "models/resnet8/sgd/6.safetensors does not exist: run the stage"),
        ("nonrobust det", {"images": 61}, "`features.images` is 61, but there are 60"),
        ("retraining det", {}, "data/features/sets/det/6.safetensors does not exist"),
        ("inversion robust", {"inversion.step": 0}, "`features.inversion.step` is 0, but should be"),
        ("evaluation sgd", {"evaluation.images": 41}, "`features.evaluation.images` is 41, but"),
        ("evaluation sgd", {"evaluation.epsilons": [2.0, 1.0]}, "each number larger than the one before"),
    ],
)
def test_bad_input(small, ran, command, changes, line):
    change(changes, "features")
    refused(ran(f"features.{command}"), line, small)
