"""The chain as DVC runs it, on tiny networks; what stops it: one line, exit code 1, nothing half written."""

import pytest
import torch

from stages.core.attacks import losses
from stages.core.data import load_role, unit
from stages.core.files import load, read_json
from stages.core.nets import load_net
from stages.core.scores import accuracy

SMALL = {
    "depth: 20": "depth: 8", "width: 16": "width: 4", "batch_size: 50": "batch_size: 30",
    "epochs: 4": "epochs: 1", "epochs: 8": "epochs: 1",
    "    images: 400": "    images: 30", "images: 800": "images: 60",
    "iterations: 8": "iterations: 2", "iterations: 5": "iterations: 1",
}


def test_the_chain(stage, project):
    for command in (
        "baseline.train 8 1", "features.adversarial 8 1", "features.nonrobust det 8 1",
        "features.inversion robust_noise 8 1", "features.retraining det 8 1",
        "features.evaluation on_det 8 1",
    ):
        done = stage(command)
        assert (done.returncode, done.stderr) == (0, "")
    role = load_role("objects")
    sets = {name: load(f"data/features/sets/{name}-8-1.safetensors")[0] for name in ("det", "robust_noise")}
    det = sets["det"]
    assert det["images"].dtype == torch.float16
    assert det["labels"].tolist() == ((role.train.labels + 1) % 10).tolist()
    change = det["images"].float() - role.train.images / 255
    assert change.flatten(1).norm(dim=1).max() <= 4.0 + 0.02                 # ε, and rounding to half
    sgd, robust = (load_net(f"models/resnet8/{name}-1.safetensors") for name in ("sgd", "robust"))
    x, t = unit(role.train.images), det["labels"]
    before, after = (losses(sgd, images, t).mean() for images in (x, unit(det["images"])))
    assert after < before - 0.1                                              # towards the target, not away
    noise = sets["robust_noise"]
    assert noise["labels"].tolist() == role.train.labels.tolist()
    assert noise["starts"].mean().item() == pytest.approx(0.5, abs=0.01)
    numbers = read_json("metrics/features/sets/robust_noise-8-1.json")
    assert numbers["distance_after"] < numbers["distance_before"]
    images, goal = unit(noise["images"]), robust.features(x)
    apart = (robust.features(images) - goal).norm(dim=1) / goal.norm(dim=1)
    assert numbers["distance_after"] == pytest.approx(apart.mean().item(), rel=0.02)
    assert numbers["own_rate"] == pytest.approx(accuracy(robust(images), role.train.labels), abs=0.05)
    assert numbers["other_rate"] == pytest.approx(accuracy(sgd(images), role.train.labels), abs=0.05)
    assert load_net("models/resnet8/on_det-1.safetensors").shape["depth"] == 8
    found, _ = load("data/features/evaluation/on_det-8-1.safetensors")
    assert (found["clean"].shape, found["attacked"].shape) == ((40,), (2, 30))
    measured = read_json("metrics/features/evaluation/on_det-8-1.json")
    assert measured["accuracy"] == pytest.approx(found["clean"].double().mean().item())
    shares = found["attacked"].double().mean(1).tolist()
    assert measured["accuracy_under_attack"] == pytest.approx(dict(zip(["2", "4"], shares, strict=True)))
    first = (project / "data/features/sets/det-8-1.safetensors").read_bytes()
    assert stage("features.nonrobust det 8 1").returncode == 0
    assert (project / "data/features/sets/det-8-1.safetensors").read_bytes() == first


@pytest.mark.parametrize(
    ("command", "changes", "line"),
    [
        ("adversarial 8 1", {"epsilon: 2.0": "epsilon: -1"}, "`features.adversarial.epsilon` is -1, but"),
        ("adversarial 8 1", {"norm: l2": "norm: l7"}, "`features.adversarial.norm` is 'l7', but should be"),
        ("adversarial 9 1", {}, "depth 6n + 2 (8, 14, 20, 32, 44, 56, 110, ...), not 9"),
        ("nonrobust det 8 1", {}, "models/resnet8/sgd-1.safetensors does not exist: run the stage"),
        ("nonrobust det 8 1", {"images: 60": "images: 61"}, "`features.images` is 61, but there are 60"),
        ("retraining det 8 1", {}, "data/features/sets/det-8-1.safetensors does not exist"),
        ("inversion robust 8 1", {"step: 1.2": "step: 0"}, "`features.inversion.step` is 0, but should be"),
        ("evaluation sgd 8 1", {"images: 30": "images: 41"}, "`features.evaluation.images` is 41, but"),
        ("evaluation sgd 8 1", {"- 4.0": "- 1.0"}, "each number larger than the one before"),
    ],
)
def test_bad_input(stage, project, command, changes, line):
    done = stage(f"features.{command}", changes)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ")
    assert line in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (project / "metrics").exists()
