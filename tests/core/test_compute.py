"""The same stage twice is the same bytes, and precision is what the parameter says."""

import ctypes

import pytest
import torch

from stages.core import compute
from stages.core.errors import UserError


@pytest.fixture
def with_params(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_STAGE", raising=False)
    threads, precision = torch.get_num_threads(), compute._precision

    def written(threads, precision):
        (tmp_path / "params.yaml").write_text(f"compute:\n  threads: {threads}\n  precision: {precision}\n")

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
