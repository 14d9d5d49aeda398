"""Writing all or nothing, reading back, and one line for whatever is wrong."""

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from stages.core import files
from stages.core.errors import UserError


def test_tensors_and_facts_come_back(tmp_path):
    tensors = {"a": torch.randn(3, 2), "b": torch.arange(4), "c": torch.tensor([True, False])}
    files.save(tmp_path / "deep" / "x.safetensors", tensors, classes=["ä", "b"], n=3)
    again, facts = files.load(tmp_path / "deep" / "x.safetensors")
    assert facts == {"classes": ["ä", "b"], "n": 3}
    assert {name: t.dtype for name, t in again.items()} == {name: t.dtype for name, t in tensors.items()}
    assert all(torch.equal(again[name], tensors[name]) for name in tensors)


def test_json_is_sorted_rounded_and_readable(tmp_path):
    files.write_json(tmp_path / "m.json", {"b": 1 / 3, "a": {"ρ": [2, 0.1234567891]}})
    text = (tmp_path / "m.json").read_text(encoding="utf-8")
    assert " ".join(text.split()) == '{ "a": { "ρ": [ 2, 0.123457 ] }, "b": 0.333333 }'


def test_json_has_no_nan(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        files.write_json(tmp_path / "m.json", {"a": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_a_table(tmp_path):
    files.write_rows(tmp_path / "t.csv", [{"x": 1, "y": 2 / 3}, {"x": 2, "y": 1e-7}])
    assert (tmp_path / "t.csv").read_text() == "x,y\n1,0.666667\n2,0.0\n"


def test_the_same_tensors_and_facts_are_the_same_bytes(tmp_path):
    names = [f"{i}" for i in range(20)]                      # one order of two facts in 20 would be luck
    for name in names:
        files.save(tmp_path / name, {"w": torch.ones(2), "v": torch.zeros(3)}, one=1, two=[2], three="3")
    assert len({(tmp_path / name).read_bytes() for name in names}) == 1


@pytest.mark.parametrize("content", [b"", b"garbage", None])
def test_a_damaged_file_of_tensors(tmp_path, content):
    path = tmp_path / "x.safetensors"
    files.save(path, {"a": torch.randn(100)})
    path.write_bytes(path.read_bytes()[:200] if content is None else content)
    with pytest.raises(UserError, match=r"x\.safetensors is damaged .*dvc checkout"):
        files.load(path)


def test_damaged_and_missing_json(tmp_path):
    (tmp_path / "m.json").write_text('{"a": ')
    with pytest.raises(UserError, match=r"m\.json is damaged"):
        files.read_json(tmp_path / "m.json")
    with pytest.raises(UserError, match=r"n\.json does not exist: run the stage"):
        files.read_json(tmp_path / "n.json")


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "m.json"
    files.write_json(path, {"a": 1})

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(UserError, match=r"could not be written \(No space left on device\): 0\.0 MB"):
        files.write_json(path, {"a": 2})
    assert json.loads(path.read_text()) == {"a": 1}
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which Linux has")
def test_a_device_without_room(monkeypatch, tmp_path):
    real = files.tempfile.NamedTemporaryFile

    def on_full_device(**options):
        file = real(**options)
        os.dup2(os.open("/dev/full", os.O_WRONLY), file.fileno())
        return file

    monkeypatch.setattr(files.tempfile, "NamedTemporaryFile", on_full_device)
    with pytest.raises(UserError, match="No space left on device"):
        files.write(tmp_path / "x", b"1")
    assert list(tmp_path.iterdir()) == []


def test_a_killed_process_leaves_nothing_under_the_files_name(tmp_path, root):
    code = (
        "import os, signal\nfrom stages.core import files\n"
        "files.os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\nfiles.write('x', b'half')"
    )
    env = os.environ | {"PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env)
    assert done.returncode == -signal.SIGKILL
    left = [path.suffix for path in tmp_path.iterdir()]
    assert left == [".tmp"]
    assert all("*.tmp" in (root / name).read_text().split() for name in (".dvcignore", ".gitignore"))
