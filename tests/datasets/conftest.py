"""Sources with their parameters, in an empty folder."""

import json
from types import SimpleNamespace

import pytest

DEFAULTS = {
    "objects": {"source": "photos", "folder": "images", "train": 40, "test": 20},
    "digits": {"source": "digits", "folder": "images", "train": 40, "test": 20},
    "garments": {"source": "digits", "folder": "images", "train": 40, "test": 20},
    "outliers": {"source": "tiles", "folder": "images", "train": 200, "test": 20},
    "scenes": {"source": "scenes", "folder": "images", "resize": False, "test": 20},
    "textures": {"source": "textures", "folder": "images", "resize": False, "test": 20},
    "faces": {"source": "faces", "folder": "images", "resize": False, "test": 20},
    "text": {"source": "pages", "folder": "images", "resize": False, "test": 20},
}
SHAPES = dict.fromkeys(DEFAULTS, (3, 32, 32)) | dict.fromkeys(["digits", "garments"], (1, 28, 28))


@pytest.fixture(autouse=True)
def empty(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_STAGE", raising=False)


@pytest.fixture
def section():
    """Makes what a source reads of `data.<role>`."""
    return lambda role, **values: SimpleNamespace(shape=SHAPES[role], **DEFAULTS[role] | values)


@pytest.fixture
def params(tmp_path):
    """Writes params.yaml with `values` in the section of `role`."""

    def write(role, **values):
        data = DEFAULTS | {role: DEFAULTS[role] | values}
        (tmp_path / "params.yaml").write_text(json.dumps({"data": data}), encoding="utf-8")

    return write


@pytest.fixture
def complaint(warm, tmp_path):
    """Runs the data stage as a user does and returns its one line on stderr."""

    def run(role):
        ran = warm.run("stages.datasets.prepare", role, cwd=tmp_path)
        assert ran.returncode == 1
        assert ran.stdout == ""
        assert ran.stderr.count("\n") == 1
        assert ran.stderr.startswith("error: ")
        return ran.stderr

    return run
