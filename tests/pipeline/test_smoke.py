"""Rule 5: every experiment runs from end to end in a fresh clone, and a second run has nothing to do."""

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stages.pipeline import lock, outputs
from stages.pipeline.project import from_root, pipeline, title
from stages.pipeline.project import project as opened
from tests.pipeline.conftest import shell

PYTHON = sys.executable
INTERRUPTED = str(Path(__file__).with_name("interrupted.py"))


@pytest.fixture(scope="module")
def clone(request, tmp_path_factory):
    """A clone of this project, with what is not committed yet, under the profile `smoke`.

    Committed results are left out: in folders that stages read, files of other depths and rounds would stay.
    """
    root, folder = request.config.rootpath, tmp_path_factory.mktemp("smoke")
    for name in outputs.files_for_git(root):
        results = name.startswith(("metrics/", "plots/"))
        if not results and (root / name).exists():           # what is deleted, but not in git, is listed
            path = folder / "source" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, path)
    shell(folder / "source", "git", "init", "--quiet")
    shell(folder / "source", "git", "add", "--all")
    shell(folder / "source", "git", "commit", "--quiet", "--message", "As it is")
    shell(folder, "git", "clone", "--quiet", "source", "clone")
    shell(folder / "clone", PYTHON, "-m", "stages.pipeline.profile", "smoke")
    return folder / "clone"


@pytest.fixture(scope="module")
def first_run(clone):
    """What `make repro` says in the clone while it runs the stages."""
    return shell(clone, PYTHON, "-m", "stages.runner")


def test_every_stage_runs_and_writes_its_outputs(clone, first_run):
    assert "stages were run" in first_run
    with opened(clone) as repo:
        missing = [from_root(repo, out) for out in repo.index.outs if not out.exists]
    assert not missing
    assert (clone / "plots/report.html").stat().st_size > 10_000


def test_a_second_run_has_nothing_to_do(clone, first_run):
    text = shell(clone, PYTHON, "-m", "dvc", "repro")
    assert "Running stage" not in text
    assert "Data and pipelines are up to date." in text


def test_what_was_run_is_locked(clone, first_run):
    """Entries in dvc.lock may be left over of variants that only the default profile has."""
    with opened(clone) as repo:
        assert [line for line in lock.complaints(repo) if "is in dvc.lock but no stage" not in line] == []
        assert outputs.complaints(repo) == []


def test_every_training_that_is_killed_goes_on_and_writes_the_same_bytes(clone, first_run):
    """One stage of every module that trains, each in a copy of the project and with more epochs."""
    cases = {}
    with opened(clone) as repo:
        for stage in pipeline(repo):
            if "stages/core/checkpoint.py" in [from_root(repo, dep) for dep in stage.deps]:
                outs = [from_root(repo, out) for out in stage.outs]
                cases[stage.cmd.split()[2]] = [title(repo, stage), stage.cmd, *outs]

    def said(module):
        copy = shutil.copytree(clone, clone.parent / module, copy_function=os.link)
        text = (clone / "params.yaml").read_text()
        (copy / "params.yaml").unlink()
        (copy / "params.yaml").write_text(re.sub(r"\bepochs: 1\b", "epochs: 3", text))
        command = [PYTHON, INTERRUPTED, *cases[module]]
        return subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)

    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(said, cases))
    trained = [run for run in runs if "trains nothing" not in run.stderr]
    assert len(trained) > 25
    assert [run.stderr + run.stdout for run in trained if "the same bytes" not in run.stdout] == []


def test_dvc_adds_no_ignore_rules(clone, first_run):
    changed = shell(clone, "git", "status", "--porcelain", "--untracked-files=all")
    assert not [line for line in changed.splitlines() if line.endswith(".gitignore")]
