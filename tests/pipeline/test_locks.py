"""The locks hold what the .in files ask for, every version with hashes, in one lock only."""

import re

import pytest

from pipeline.locks import LOCKS, blocks, split, with_builds, without_cuda
from stages.core.errors import UserError

ALL = (*LOCKS, "run-no-deps", "test-no-deps")
SUM = "a" * 64


@pytest.fixture
def locked(root):
    """The packages of each lock: name -> lines."""
    return {name: blocks((root / f"requirements/{name}.txt").read_text()) for name in ALL}


def pins(text):
    """What an .in file asks for: name -> version."""
    found = re.findall(r"^([\w.-]+)(?:\[\w+\])?==(\S+)", text, flags=re.MULTILINE)
    return {re.sub(r"[._]", "-", name): version for name, version in found}


@pytest.mark.parametrize("name", ["run", "cluster", "test", "run-no-deps", "test-no-deps"])
def test_a_lock_has_what_is_asked_for(root, locked, name):
    asked = pins((root / f"requirements/{name}.in").read_text())
    there = locked[name] | (locked["torch"] | locked["run"] if name in ("run", "cluster") else {})
    assert {one: lines.split()[0] for one, lines in there.items() if one in asked} == {
        one: f"{one}=={version}" for one, version in asked.items()
    }


def test_every_line_has_a_hash_and_every_package_one_place(root, locked):
    names = [name for packages in locked.values() for name in packages]
    assert len(names) == len(set(names))
    for name, packages in locked.items():
        assert all(re.search(r"--hash=sha256:\w{64}\n$", lines) for lines in packages.values())
        rest = (root / f"requirements/{name}.txt").read_text()
        for lines in packages.values():
            rest = rest.replace(lines, "")
        assert [line for line in rest.splitlines() if line[0] != "#" and line != "-r torch.txt"] == []


def test_builds_of_torch_without_cuda_are_let_in(root, locked):
    sums = re.findall(r"^(\w{64})  (\w+)-", (root / "requirements/cpu-builds.txt").read_text(), re.MULTILINE)
    assert len(sums) == 12                                   # two packages, two processors, three Pythons
    for one, name in sums:
        assert f"sha256:{one}" in locked["torch" if name == "torch" else "run"][name]


def block(name, version="1.0"):
    return f"{name}=={version} \\\n    --hash=sha256:{'0' * 64}\n"


def test_what_cuda_needs_and_what_others_hold_is_apart():
    names = "torch", "numpy", "nvidia-nvtx", "cuda-toolkit", "triton", "tritons"
    run = {name: block(name) for name in names}
    cluster = run | {"s3": block("s3")}
    test = cluster | {"pytest": block("pytest")}
    assert split(run, cluster, test) == {
        "torch": block("torch"),
        "run": "-r torch.txt\n" + block("numpy") + block("tritons"),
        "cuda": block("nvidia-nvtx") + block("cuda-toolkit") + block("triton"),
        "cluster": block("s3"),
        "test": block("pytest"),
    }


def test_builds_of_another_version_are_not_taken():
    builds = f"# sums\n{SUM}  torch-1.0+cpu-cp311-cp311-linux.whl\n"
    added = f"torch==1.0 \\\n    --hash=sha256:{'0' * 64} \\\n    --hash=sha256:{SUM}\n"
    assert with_builds({"torch": block("torch")}, builds) == {"torch": added}
    assert without_cuda(block("torch"), builds) == f"torch==1.0+cpu \\\n    --hash=sha256:{SUM}\n"
    with pytest.raises(UserError, match=r"has no build of torch 1\.0\.1: add their sums"):
        with_builds({"torch": block("torch", "1.0.1")}, builds)
