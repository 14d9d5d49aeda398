"""Rule 5: every experiment runs from end to end in a fresh clone, and a second run has nothing to do."""

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline import lock, outputs
from pipeline.project import from_root, pipeline, title
from pipeline.project import project as opened
from tests.pipeline.conftest import shell

INTERRUPTED = str(Path(__file__).with_name("interrupted.py"))
KINDS = {                                # the trainings that `make test` kills, however many there are
    "coreset.network": "stochastic gradient descent, and what it forgets",
    "blockdrop.joint": "draws in every step, by Adam, in two networks",
    "noise.sam": "two gradients a step, at other weights",
    "baseline.robust": "an attack in the loss",
    "features.retraining": "images that another stage made",
    "lottery.dense": "weights kept on the way",
    "lottery.tickets": "masks, from weights of another training",
    "lottery.continuous": "parameters that are no weights, annealed",
    "distillation.teacher": "a perceptron, with dropout and a bound on its weights",
    "distillation.alone": "a network with several outputs",
    "mixmatch.method": "a second stream of images, and a moving average of the weights",
    "regularization.networks": "mixed and rotated images",
    "gan.garments": "two players, and pictures kept on the way",
}


def test_every_stage_runs_and_writes_its_outputs(clone, first_run):
    assert "stages run" in first_run
    with opened(clone) as repo:
        missing = [from_root(repo, out) for out in repo.index.outs if not out.exists]
    assert not missing
    assert (clone / "plots/report/index.html").stat().st_size > 10_000


def test_a_second_run_has_nothing_to_do(clone, first_run):
    text = shell(clone, sys.executable, "-m", "dvc", "repro")
    assert "Running stage" not in text
    assert "Data and pipelines are up to date." in text


def test_what_was_run_is_locked(clone, first_run):
    """Entries in dvc.lock may be left over of variants that only the default profile has."""
    with opened(clone) as repo:
        assert [line for line in lock.complaints(repo) if "is in dvc.lock but no stage" not in line] == []
        assert outputs.complaints(repo) == []


def test_a_training_of_each_kind_that_is_killed_goes_on_and_writes_the_same_bytes(clone, first_run):
    found = trainings(clone)
    assert [module for module in KINDS if module not in found] == []
    runs = killed(clone, {module: found[module] for module in KINDS})
    assert [run.stderr + run.stdout for run in runs if "the same bytes" not in run.stdout] == []


@pytest.mark.nightly
def test_so_does_every_other_training(clone, first_run):
    runs = killed(clone, {module: case for module, case in trainings(clone).items() if module not in KINDS})
    trained = [run for run in runs if "trains nothing" not in run.stderr]
    assert trained
    assert [run.stderr + run.stdout for run in trained if "the same bytes" not in run.stdout] == []


def trainings(clone):
    """The first stage of every module that may train: module, without `stages.` -> words for INTERRUPTED."""
    found = {}
    with opened(clone) as repo:
        for stage in pipeline(repo):
            if "stages/core/checkpoint.py" in [from_root(repo, dep) for dep in stage.deps]:
                outs = [from_root(repo, out) for out in stage.outs]
                module = stage.cmd.split()[2].removeprefix("stages.")
                found.setdefault(module, [title(repo, stage), stage.cmd, *outs])
    return found


def killed(clone, cases):
    """What INTERRUPTED says of each case, in a copy of the project and with more epochs."""

    def said(module):
        copy = shutil.copytree(clone, clone.parent / module, copy_function=os.link)
        text = (clone / "params.yaml").read_text()
        (copy / "params.yaml").unlink()
        (copy / "params.yaml").write_text(re.sub(r"\bepochs: 1\b", "epochs: 3", text))
        command = [sys.executable, INTERRUPTED, *cases[module]]
        return subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(said, cases))


def test_dvc_adds_no_ignore_rules(clone, first_run):
    changed = shell(clone, "git", "status", "--porcelain", "--untracked-files=all")
    assert not [line for line in changed.splitlines() if line.endswith(".gitignore")]
