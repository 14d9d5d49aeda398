"""Small DVC projects, and both ways of bringing them up to date."""

import os
import subprocess
import time
from contextlib import chdir
from pathlib import Path

import pytest
from dvc.repo import Repo

from pipeline.runner.__main__ import parser
from pipeline.runner.books import Books
from pipeline.runner.needs import Seconds
from pipeline.runner.run import Run
from pipeline.runner.view import Lines

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}         # of processes that run our modules elsewhere


class Project:
    """A DVC project in a folder, made of a dvc.yaml and other files, name -> text."""

    def __init__(self, folder, files):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        git = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        subprocess.run(["git", "init", "-q"], cwd=self.folder, check=True, env=os.environ | git)
        Repo.init(str(self.folder)).close()
        self.edit(files)

    def edit(self, files):
        """Writes files, name -> text; where the text is None, deletes them."""
        for name, text in files.items():
            if text is None:
                (self.folder / name).unlink(missing_ok=True)
            else:
                (self.folder / name).write_text(text)

    def by_dvc(self, targets=(), **options):
        """What `dvc repro` does."""
        with chdir(self.folder), Repo() as repo:
            repo.reproduce(targets or None, **options)

    def by_us(self, targets=(), out=None, jobs=2, **options):
        """What the runner does; returns its Run."""
        words = parser().parse_args([*targets, f"--jobs={jobs}"])
        vars(words).update(options)
        logs = self.folder.parent / "logs"
        with chdir(self.folder):
            books = Books()
            run = Run(books, Lines(out), Seconds(logs / "seconds.json"), logs, words)
            run(books.plan(words.targets, words.single_item, words.downstream))
            return run

    def status(self, targets=None):
        """What `dvc status` finds."""
        with chdir(self.folder), Repo() as repo:
            return repo.status(targets)

    def files(self, under="."):
        """The files in a folder of the project: path -> bytes."""
        folder = self.folder / under
        paths = (path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): path.read_bytes() for path in paths}

    def kept(self):
        """All files but DVC's scratch."""
        return {name: data for name, data in self.files().items() if not name.startswith(".dvc/tmp")}


@pytest.fixture
def make(tmp_path, stages_run):
    """Makes a project of files, name -> text, in a folder of its own."""
    return lambda files, name="project": Project(tmp_path / name, files)


@pytest.fixture
def gpus(monkeypatch):
    """gpus(names): lets this process and what it starts believe that there are GPUs with these names."""
    monkeypatch.setenv("PYTORCH_CUDA_ALLOC_CONF", "")
    return lambda names: monkeypatch.setenv("CUDA_VISIBLE_DEVICES", names)


def until(condition):
    """Waits until something holds."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited for a minute"
        time.sleep(0.05)
