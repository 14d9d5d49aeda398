"""Importing torchvision: in a fresh process, the installed one and made-up ones that fail or do not."""

import os
import subprocess
import sys

import pytest


def ran(root, folder, code):
    """A fresh Python that has run `code` and found modules in `folder` first."""
    code = f"from stages.datasets.torchvision_import import import_torchvision\n{code}"
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{root}"},
    )


@pytest.mark.slow                # starts a process that imports much
def test_data_sets_transforms_and_networks_work(root, tmp_path):
    done = ran(root, tmp_path, """
import torch
torchvision = import_torchvision()
assert import_torchvision() is torchvision
from torchvision import datasets, models
from torchvision.transforms import v2

transform = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32)])
image, label = datasets.FakeData(1, (3, 32, 32), transform=transform)[0]
print(tuple(models.resnet18(num_classes=10).eval()(image[None]).shape))
boxes = torch.tensor([[0.0, 0.0, 1.0, 1.0]])
try:
    assert torchvision.ops.nms(boxes, torch.ones(1), 0.5).tolist() == [0]
except RuntimeError as error:
    assert "Couldn't load custom C++ ops" in str(error)
""")
    assert done.stderr == ""
    assert done.stdout == "(1, 10)\n"


def made_up(tmp_path, code):
    (tmp_path / "torchvision").mkdir()
    (tmp_path / "torchvision" / "__init__.py").write_text(code)


def test_a_healthy_torchvision_is_left_alone(root, tmp_path):
    made_up(tmp_path, "name = 'healthy'")
    done = ran(root, tmp_path, "import sys; print(import_torchvision().name, 'torch' in sys.modules)")
    assert done.stdout == "healthy False\n"


@pytest.mark.parametrize("error", ["RuntimeError('something else')", "ImportError('torchvision::nms')"])
def test_other_failures_are_passed_on(root, tmp_path, error):
    made_up(tmp_path, f"raise {error}")
    done = ran(root, tmp_path, "import_torchvision()")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == error.replace("('", ": ").replace("')", "")
