"""All stages as DVC runs them, on small data, and what stops them: one line, exit code 1, nothing written."""

import pytest
import torch

from stages.core.errors import UserError
from stages.core.measurements import recorded
from stages.core.params import checked, find, load_yaml
from stages.mixmatch.params import CHANGES, METHODS, MixMatchExperiment
from tests.conftest import call, change, published, random_digits, refused, written

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
    assert published(project, "mixmatch") == ([15, 5, 4], set())
    for command in ("method fixmatch", "classes", "page"):
        call(f"mixmatch.{command}")
    done = small_stage("ablation mixup_separate")
    assert (done.returncode, done.stderr) == (0, "")
    assert written(project) == first                         # the same stage twice is the same bytes
