"""docs/noise.ipynb runs, and shows what the experiment's own code gives."""

import json
import sys

import pytest

from stages.core.data import load_role
from stages.core.scores import accuracy, logits
from tests.conftest import change


@pytest.fixture
def cells(root):
    """The cells of code of the notebook, as text."""
    notebook = json.loads((root / "docs/noise.ipynb").read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_every_cell_runs(project, cells, monkeypatch):
    monkeypatch.setattr("sys.path", sys.path[:])            # the first cell adds to it
    change({"training.epochs": 1, "training.width": 4, "training.batch_size": 30})
    names = {}
    for cell in cells:
        exec(compile(cell, "docs/noise.ipynb", "exec"), names)
    test = load_role("objects").test
    assert set(names["networks"]) == {"SGD", "SAM"}
    for name, net in names["networks"].items():
        clean, *noisy = names["accuracy"][name]
        assert clean == pytest.approx(100 * accuracy(logits(net, test.images), test.labels))
        assert len(noisy) == len(names["sigmas"])
    first, other = (net.state_dict() for net in names["networks"].values())
    assert any((first[key] != other[key]).any() for key in first)
    assert names["Shown"](names["fig"])._repr_png_().startswith(b"\x89PNG")
