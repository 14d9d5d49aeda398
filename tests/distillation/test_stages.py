"""All stages as DVC runs them, on small data, and what stops them: one line, exit code 1, nothing written."""

import json

import pytest

from stages.core.data import Role, save_role
from stages.core.files import load, read_json
from tests.conftest import change, some_images, written

CHAIN = [
    "teacher 1", "logits", "students large", "students small", "omitted", "why", "labels student 1",
    "labels weaker 1", "labels poor 1", "taught weaker 1", "taught poor 1", "taught student 1", "virtual 1",
    "smoothing 1", "own_teacher 1", "figures", "claims",
]
SMALL = {
    "digits": {
        "seeds": [1], "held_out": 30, "temperatures": [1.0, 4.0, 20.0], "sizes": {"large": 12, "small": 4},
        "teacher.width": 16, "teacher.epochs": 2, "teacher.batch_size": 20, "student.epochs": 1,
        "student.batch_size": 20,
    },
    "objects": {
        "training.epochs": 2, "training.batch_size": 30, "networks.student.blocks": [1, 1],
        "networks.student.width": 4, "networks.weaker.blocks": [1, 1],
    },
}


@pytest.fixture
def stage(ran):
    """Runs a stage of this experiment in a project of small networks."""
    shape = 1, 28, 28
    role = Role(some_images(90, shape), some_images(40, shape, seed=1), list("0123456789"), "random images")
    save_role("digits", role)
    for part, values in SMALL.items():
        change(values, f"distillation.{part}")
    return lambda command: ran(f"distillation.{command}")


def test_all_stages_twice(stage, project):
    for command in CHAIN:
        done = stage(command)
        assert (done.returncode, done.stderr) == (0, ""), command
    first = written(project)
    omitted = load("data/distillation/digits/omitted.safetensors")[0]
    assert omitted["soft_right"].shape == (1, 3, 40)
    assert omitted["labels_biases"].shape == (1, 2)
    assert load("data/distillation/digits/students-small.safetensors")[0]["soft"].shape == (1, 3, 40, 10)
    exits = load("data/distillation/objects/own_teacher-1.safetensors")[0]
    assert set(exits) == {"right", "classifier_1", "classifier_2", "ensemble"}
    assert exits["right"].equal(exits["classifier_2"])       # the deepest answers
    page = json.loads((project / "data/distillation/page.json").read_text())
    assert (len(page["claims"]), len(page["tables"]), len(page["figures"])) == (13, 6, 4)
    assert all((project / one["path"]).exists() for one in page["figures"])
    rows = (project / "plots/training/distillation/objects/poor-1.csv").read_text().splitlines()
    assert len(rows) == 2                                    # a title and one epoch of two
    numbers = read_json("metrics/distillation/omitted.json")["labels"]
    assert numbers["errors_on_digit"]["none"] <= 4           # of 40 images
    for command in ["teacher 1", "students small", "omitted", "why", "own_teacher 1", "figures"]:
        assert stage(command).returncode == 0
    assert written(project) == first                      # the same stage twice is the same bytes


def refused(done, line):
    assert (done.returncode, done.stdout) == (1, "")
    assert line in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "part", "values", "line"),
    [
        ("omitted", "digits", {"omitted.digit": 10},
         "`distillation.digits.omitted.digit` is 10, but should be less than or equal to 9"),
        ("omitted", "digits", {"temperature": 0.0},
         "`distillation.digits.temperature` is 0.0, but should be greater than 0"),
        ("students large", "digits", {"temperatures": [0.0, 4.0, 20.0]},
         "`distillation.digits.temperatures.0` is 0.0, but should be greater than 0"),
        ("students large", "digits", {"temperatures": [1.0, 20.0]},
         "but should be a list with a number below 2.5, one from 2.5 to 4 and one above"),
        ("students large", "digits", {"alpha": 1.1},
         "`distillation.digits.alpha` is 1.1, but should be less than or equal to 1"),
        ("taught weaker 1", "objects", {"taught.weaker.alpha": -0.1},
         "`distillation.objects.taught.weaker.alpha` is -0.1, but should be greater than or equal to 0"),
        ("labels student 1", "objects", {"networks.student.block": "wide"},
         "`distillation.objects.networks.student.block` is 'wide', but should be 'basic' or 'bottleneck'"),
        ("teacher 1", "digits", {"held_out": 90}, "`digits` has 90 training images, 90 cannot be held out"),
        ("teacher 1", "digits", {"teacher.lr": 1e30}, "the loss is nan in epoch 1 of 2: lower lr"),
    ],
)
def test_bad_parameters(stage, project, command, part, values, line):
    change(values, f"distillation.{part}")
    refused(stage(command), line)
    assert not (project / "models").exists()


@pytest.mark.parametrize(("command", "path"), [
    ("logits", "models/distillation/digits/teacher-1.safetensors"),
    ("students small", "data/distillation/digits/logits.safetensors"),
    ("omitted", "data/distillation/digits/logits.safetensors"),
    ("taught poor 1", "models/distillation/objects/poor-1.safetensors"),
    ("claims", "data/distillation/digits/students-large.safetensors"),
])
def test_missing_artifacts(stage, command, path):
    refused(stage(command), f"{path} does not exist: run the stage that writes it, or `dvc repro`")


def test_the_temperature_must_be_one_of_the_temperatures(stage):
    change({"temperature": 5.0}, "distillation.digits")
    refused(stage("claims"), "a section whose temperature 5 is one of its temperatures")
