"""A kit of the small project runs where DVC cannot be imported, and what it wrote comes home."""

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline import kit
from stages.core.errors import UserError
from tests.pipeline.conftest import ENVIRONMENT, shell

ABSENT = {"dvc", "dvc_data", "dvc_objects", "distributed", "dask", "networkx", "zc", "psutil", "git"}
WITHOUT = f"""\
import sys
from importlib.machinery import PathFinder

class Without:
    def __getattr__(self, name):
        return getattr(PathFinder, name)

    def find_spec(self, name, *more):
        return None if name.partition(".")[0] in {ABSENT} else PathFinder.find_spec(name, *more)

sys.meta_path[sys.meta_path.index(PathFinder)] = Without()
"""
WRITTEN = "data/demo", "metrics", "plots"


@pytest.fixture
def there(tmp_path, stages_run):
    """there(*words, fails=...): what our command prints in the kit, where DVC cannot be imported."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(WITHOUT)
    env = ENVIRONMENT | {"PYTHONPATH": str(tmp_path / "site"), "PATH": "/usr/bin:/bin"}      # not our python

    def there(*words, fails=False):
        command = [sys.executable, "-m", "pipeline.kit_run", *words]
        done = subprocess.run(
            command, cwd=tmp_path / "kit", env=env, capture_output=True, text=True, check=False, timeout=100
        )
        assert bool(done.returncode) == fails, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    there.env = env
    return there


@pytest.fixture(scope="session")
def first(finished, tmp_path_factory):
    """A folder with the small project as `demo` and a kit of it."""
    folder = tmp_path_factory.mktemp("first")
    shutil.copytree(finished, folder / "demo")
    (folder / "demo/requirements").mkdir()
    for name, text in ("run", "numpy==2.4.6\ndvc==3.67.1\n"), ("run-no-deps", ""):
        (folder / f"demo/requirements/{name}.in").write_text(text)
    shell(folder / "demo", sys.executable, "-m", "pipeline.kit", "pack", "../kit")
    return folder


@pytest.fixture
def demo(first, tmp_path):
    """A copy of the small project, to break."""
    return Path(shutil.copytree(first / "demo", tmp_path / "demo"))


@pytest.fixture
def packed(first, demo, tmp_path):
    """A kit of the small project, beside it; called with words, another."""
    shutil.copytree(first / "kit", tmp_path / "kit")

    def packed(*words, fails=False):
        return shell(demo, sys.executable, "-m", "pipeline.kit", "pack", *words, fails=fails)

    def again(*targets):
        shutil.rmtree(tmp_path / "kit")
        return packed("../kit", *targets)

    packed.again = again
    return packed


def written(folder):
    """The bytes of what stages wrote for an experiment and the report."""
    files = [path for name in WRITTEN for path in (folder / name).rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def back(demo, *words, fails=False):
    return shell(demo, sys.executable, "-m", "pipeline.kit", "back", "../kit", *words, fails=fails)


@pytest.mark.parametrize("name", sorted(ABSENT))
def test_what_is_absent_there_cannot_be_imported(there, name):
    done = subprocess.run(
        [sys.executable, "-c", f"import {name}"], env=there.env, capture_output=True, text=True, check=False
    )
    assert f"No module named '{name}'" in done.stderr


def test_stages_import_nothing_that_is_absent_there(root):
    found = {}
    for path in (root / "stages").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0]: path.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found[node.module.partition(".")[0]] = path.name
    assert "torch" in found
    assert {name: found[name] for name in found.keys() & {*ABSENT, "pipeline"}} == {}


def test_without_dvc_the_same_bytes_are_written(demo, packed, there, tmp_path):
    assert not (tmp_path / "kit/data/demo").exists()
    assert not (tmp_path / "kit/metrics").exists()
    said = there("--jobs", "2")
    assert "7 of 7 stages run, 0 failed; of commit" in said
    assert said.strip().endswith("profile default")
    assert written(tmp_path / "kit") == written(demo)
    assert len(written(demo)) == 14


def test_results_come_home_as_dvc_would_have_made_them(demo, packed, there, change, tmp_path):
    ours = written(demo)
    there()
    for path in ours:
        (demo / path).unlink()
    said = back(demo)
    assert "of commit" in said
    assert "profile default" in said
    assert written(demo) == ours
    assert "up to date" in shell(demo, sys.executable, "-m", "dvc", "status")


def test_what_was_done_is_not_run_again(packed, there, tmp_path):
    there()
    assert "0 of 7 stages run" in there()
    (tmp_path / "kit/data/demo/slow-1.txt").unlink()
    said = there()
    assert "4 of 7 stages run" in said                       # it and what reads it
    assert "fast" not in said


def test_a_failure_is_told_and_stops_only_what_needs_it(demo, there, change, packed, tmp_path):
    change("stages/demo/figures.py", "def run():", "def run():\n    raise FloatingPointError('too large')")
    packed.again()
    said = there(fails=True)
    assert "stages/demo/dvc.yaml:figures: FAILED, exit status 1, error: too large (logs/" in said
    assert "not run for that: report" in said
    assert "5 of 7 stages run, 1 failed" in said
    assert there(fails=True).count("FAILED") == 1
    (demo / "metrics/demo.json").unlink()
    assert "not done there: stages/demo/dvc.yaml:figures, report" in back(demo)
    assert (demo / "metrics/demo.json").exists()


def test_a_stage_that_was_killed_is_run_again(there, change, packed, tmp_path):
    slow = "def run():\n    import os, time\n    while not os.path.exists('../go'):\n        time.sleep(0.05)"
    change("stages/demo/figures.py", "def run():", slow)
    packed.again("stages/demo/dvc.yaml:figures")
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.kit_run"], cwd=tmp_path / "kit", env=there.env, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "kit/logs/stages-demo-dvc.yaml-figures.log").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGTERM)
    assert "stopped: what was finished is kept" in process.communicate(timeout=60)[1]
    (tmp_path / "go").touch()
    assert "1 of 5 stages run" in there()


def test_a_tar_holds_the_same(packed, tmp_path):
    packed("../there.tar")
    with tarfile.open(tmp_path / "there.tar") as archive:
        names = {name.removeprefix("there").strip("/") for name in archive.getnames()}
    assert names == {str(path.relative_to(tmp_path / "kit")) for path in (tmp_path / "kit").rglob("*")} | {""}


def test_a_kit_has_what_its_stages_read_and_nothing_else(packed, tmp_path):
    packed("../some", "demo")
    found = json.loads((tmp_path / "some/kit.json").read_text())
    assert "report" not in [stage["name"] for stage in found["stages"]]
    needed = {"data/words.txt", "params.yaml", "stages/demo/train.py", "stages/demo/page.txt"}
    assert needed <= found["given"].keys()
    assert "stages/report/page.py" not in found["given"]
    assert found["packages"] == ["numpy"]
    assert not (tmp_path / "some/data/raw").exists()         # what data was made of


def test_variables_of_dvc_reach_a_stage(packed, there, tmp_path):
    """It may read only what it declares, as at home: then a checkpoint of its own is found, too."""
    path = tmp_path / "kit/dvc.yaml"
    path.write_text(path.read_text().replace("      - demo.page\n", "      - demo.slow\n"))
    assert "demo: FAILED, exit status 1, error: demo reads `demo.page`" in there(fails=True)


@pytest.mark.parametrize(("file", "old", "new", "says"), [
    ("params.yaml", "rate: 0.5", "rate: 0.6", "params.yaml: not as in the kit, of commit"),
    ("stages/demo/parts.py", "def speed", "\n\ndef speed", "stages/demo/parts.py: not as in the kit"),
    ("data/words.txt", "few", "more", "data/words.txt: not as in the kit"),
    ("dvc.yaml", "claims\n", "claims --more\n", "demo: not as in the kit"),
])
def test_other_code_data_or_parameters_at_home_are_refused(demo, packed, change, file, old, new, says):
    before = written(demo)
    change(file, old, new)
    said = back(demo, fails=True)
    assert says in said
    assert said.count("\n") == 1
    assert written(demo) == before


def test_a_kit_that_was_changed_neither_runs_nor_comes_home(demo, packed, there, tmp_path):
    path = tmp_path / "kit/params.yaml"
    path.write_text(path.read_text().replace("0.5", "0.6"))
    assert "params.yaml: not as when the kit was made" in there(fails=True)
    assert "params.yaml in ../kit" in back(demo, fails=True)


@pytest.mark.parametrize(("words", "says"), [
    (["../kit"], "../kit exists: name another folder"),
    (["here"], "here is in the project"),
    (["../other", "nothing"], "'nothing' not found"),
    (["../other", "data@words"], "nothing is to be run there"),
])
def test_bad_input_to_pack_is_one_clear_line(packed, words, says):
    said = packed(*words, fails=True)
    assert said.startswith("error: ")
    assert says in said
    assert said.count("\n") == 1


def test_data_that_is_missing_is_one_clear_line(demo, packed, tmp_path):
    (demo / "data/words.txt").unlink()
    line = "error: data that goes along is missing or old: `python -m pipeline.runner data@words` makes it\n"
    assert packed("../other", fails=True) == line
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("text", [None, "[]", "{}", "{"])
def test_a_folder_that_is_no_kit_is_one_clear_line(demo, tmp_path, text):
    (tmp_path / "kit").mkdir()
    if text:
        (tmp_path / "kit/kit.json").write_text(text)
    line = "error: ../kit is no kit: it has no kit.json that `python -m pipeline.kit pack` wrote\n"
    assert back(demo, fails=True) == line


def test_models_come_home_only_if_asked(demo, packed, there, change, tmp_path):
    for name, text in ("data/demo", "models/demo"), :
        for file in "stages/demo/dvc.yaml", "stages/demo/train.py", "stages/demo/figures.py", "dvc.yaml":
            path = demo / file
            path.write_text(path.read_text().replace(name, text))
    packed.again()
    there()
    assert "models/ stayed there" in back(demo)
    assert not (demo / "models").exists()
    back(demo, "--models")
    assert len(list((demo / "models/demo").iterdir())) == 4


@pytest.fixture
def pip(root, monkeypatch):
    """What pip is asked for, as lists of words; it ends with `pip.status`."""
    asked = SimpleNamespace(words=[], status=0)

    def run(words, check):
        asked.words.append(words)
        return SimpleNamespace(returncode=asked.status)

    monkeypatch.chdir(root)
    monkeypatch.setattr(kit.subprocess, "run", run)
    return asked


def test_pip_is_asked_for_what_stages_need_and_not_for_torch(pip, tmp_path):
    (tmp_path / "xarray-1.0-py3-none-any.whl").touch()
    kit.download(tmp_path, "3.12")
    names = [{word.partition("==")[0] for word in words if "==" in word} for words in pip.words]
    assert {"numpy", "safetensors", "pydantic", "ruamel.yaml"} <= names[0]
    assert not names[0] & {"torch", "torchvision", "dvc", "distributed"}
    assert names[1] == {"imagecorruptions"}
    assert all(words[words.index("--python-version") + 1] == "3.12" for words in pip.words)
    assert (tmp_path / "names.txt").read_text() == "xarray\n"


def test_a_download_that_fails_is_one_clear_line(pip, tmp_path):
    pip.status = 1
    with pytest.raises(UserError, match=r"pip could not download wheels for Python 3\.12"):
        kit.download(tmp_path, "3.12")
