"""What several test modules use."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from stages.core import compute
from stages.core.data import Role, Split, save_role

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def root():
    """The project's folder."""
    return ROOT


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Every test begins with the same seed, and in float32, whatever stages ran before it."""
    monkeypatch.setattr(compute, "_precision", torch.float32)
    torch.manual_seed(0)


def some_images(n, shape=(3, 32, 32), classes=10, seed=0):
    """A split of random images, every class as often as any other, give or take one."""
    rng = torch.Generator().manual_seed(seed)
    images = torch.randint(256, (n, *shape), generator=rng, dtype=torch.uint8)
    return Split(images, torch.arange(n) % classes)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The working directory of the test: params.yaml and a small `objects` of random images."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_STAGE", raising=False)
    shutil.copy(ROOT / "params.yaml", tmp_path)
    save_role("objects", Role(some_images(60), some_images(40, seed=1), list("abcdefghij"), "random images"))
    return tmp_path


@pytest.fixture
def ran(project):
    """Runs `python -m stages.<command>` in the project."""

    def run(command):
        words = [sys.executable, "-m", *f"stages.{command}".split()]
        env = os.environ | {"PYTHONPATH": str(ROOT)}
        return subprocess.run(words, cwd=project, env=env, capture_output=True, text=True)

    return run


@pytest.fixture
def stage(project, ran, request):
    """Runs a stage after replacing texts, old -> new, in params.yaml; first those of the module's SMALL."""

    def edit(changes):
        path = project / "params.yaml"
        text = path.read_text()
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        path.write_text(text)

    def changed_and_ran(command, changes=()):
        edit(dict(changes))
        return ran(command)

    edit(request.module.SMALL)
    return changed_and_ran
