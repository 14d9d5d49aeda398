"""The same stage twice is the same bytes, and precision is what the parameter says."""

import ctypes
import os
import subprocess
import sys

import pytest
import torch

from stages.core import compute
from stages.core.errors import UserError


@pytest.fixture
def with_params(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_STAGE", raising=False)
    threads, precision = torch.get_num_threads(), compute._precision

    def written(threads, precision, device="auto"):
        values = f"device: {device}\n  threads: {threads}\n  precision: {precision}\n"
        (tmp_path / "params.yaml").write_text(f"compute:\n  {values}")

    yield written
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(False)
    compute._precision = precision


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_precision_is_that_of_the_parameter(with_params, precision):
    with_params(1, precision)
    compute.start(0)
    a = torch.randn(4, 4, device=compute.device)
    with compute.mixed():
        assert str((a @ a).dtype) == f"torch.{precision}"
    assert (a @ a).dtype == torch.float32
    assert compute.facts()["precision"] == precision
    assert compute.facts()["threads"] == 1


def test_automatic_precision_follows_the_hardware(with_params, monkeypatch):
    with_params(1, "auto")
    for has, wanted in ((True, "bfloat16"), (False, "float32")):
        monkeypatch.setattr(compute, "has_bfloat16", lambda has=has: has)
        compute.start(0)
        assert compute.facts()["precision"] == wanted


def test_a_seed_decides_both_generators(with_params):
    with_params(1, "float32")
    draws = []
    for seed in (3, 3, 4):
        rng = compute.start(seed)
        draws.append((torch.rand(2).tolist(), torch.rand(2, generator=rng, device=compute.device).tolist()))
    assert draws[0] == draws[1]
    assert draws[0] != draws[2]


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="needs glibc")
def test_glibc_takes_what_it_is_told():
    mallopt = ctypes.CDLL(None).mallopt
    assert mallopt(compute.M_MMAP_THRESHOLD, 32 << 20) == 1
    assert mallopt(compute.M_TRIM_THRESHOLD, 1 << 30) == 1


def test_threads_out_of_range(with_params):
    with_params(0, "auto")
    with pytest.raises(UserError, match=r"`compute\.threads` is 0, but should be greater than or equal to 1"):
        compute.start(0)


CHOICE = """\
import torch
torch.cuda.is_available = lambda: {there}
from stages.core.compute import device
print(device)
"""


@pytest.mark.parametrize(
    ("device", "there", "chosen"),
    [("auto", True, "cuda"), ("auto", False, "cpu"), ("cpu", True, "cpu"), ("cuda", True, "cuda"),
     ("cuda", False, "cpu"), ("[", True, "cuda"), ("", True, "cuda")],
)
def test_the_device_is_that_of_the_parameter(root, tmp_path, with_params, device, there, chosen):
    """In a process of its own, since a device is chosen once; what cannot be read is told by `start`."""
    with_params(1, "float32", device)
    code = CHOICE.format(there=there)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True, text=True, check=True,
    )
    assert done.stdout.strip() == chosen


OLD = "The NVIDIA driver on your system is too old (found version 11040)"


def too_old():
    raise RuntimeError(f"{OLD}. Please update your GPU driver")


@pytest.mark.parametrize(
    ("version", "init", "why"),
    [(None, None, f"torch {torch.__version__} is built without it"), ("13.0", too_old, f"torch says: {OLD}"),
     ("13.0", lambda: None, "torch finds no GPU that it can use")],
)
def test_cuda_that_is_not_there_is_one_clear_line(with_params, monkeypatch, version, init, why):
    with_params(1, "float32", "cuda")
    monkeypatch.setattr(compute, "device", torch.device("cpu"))
    monkeypatch.setattr(torch.version, "cuda", version)
    monkeypatch.setattr(torch.cuda, "init", init)
    with pytest.raises(UserError) as error:
        compute.start(0)
    assert str(error.value).startswith(f"params.yaml: `compute.device` is cuda, but {why}")
    assert str(error.value).endswith(": set it to auto or cpu")


def test_another_device_is_refused(with_params):
    with_params(1, "float32", "gpu")
    with pytest.raises(UserError, match=r"`compute\.device` is 'gpu', but should be 'auto', 'cpu' or 'cuda'"):
        compute.start(0)
