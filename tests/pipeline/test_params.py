"""params.yaml and every profile hold what their sections describe."""

import runpy
import shutil
import sys

import pytest

from pipeline.params import complaints
from stages.core.sections import sections
from tests.pipeline.conftest import shell


@pytest.fixture
def known(demo):
    """The sections of the small project."""
    return runpy.run_path(str(demo / "stages/demo/params.py"))["SECTIONS"]


def test_this_project(root):
    assert complaints(root, sections()) == []


def test_a_healthy_project(demo, known):
    assert complaints(demo, known) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "found"),
    [
        ("params.yaml", "demo:\n", "demos: 1\ndemo:\n", [
            "params.yaml: `demos` is unknown: there are data.words, demo",
            "params.yaml has `demos`, profiles/default.yaml has not: add its default there"]),
        ("params.yaml", "data:\n", "data:\n  more: {}\n", [
            "params.yaml: `data.more` is unknown: there are data.words, demo"]),
        ("params.yaml", "digits: 2", "digits: 2.5", [
            "params.yaml: `demo.page.digits` is 2.5, but should be a valid integer"]),
        ("params.yaml", "digits: 2", "digits: two", [
            "params.yaml: `demo.page.digits` is 'two', but should be a valid integer"]),
        ("profiles/precise.yaml", "5", "no", [
            "profile precise: params.yaml: `demo.page.digits` is 'no', but should be a valid integer"]),
        ("profiles/precise.yaml", "digits", "digit", [
            "profiles/precise.yaml has `demo.page.digit`, params.yaml has not: there are "
            "data.words.folder, data.words.most, demo.seeds, demo.slow.rate, demo.fast.rate, "
            "demo.page.digits; did you mean `demo.page.digits`?"]),
    ],
)
def test_what_is_broken_is_found(demo, known, change, file, old, new, found):
    change(file, old, new)
    lines = complaints(demo, known)
    assert len(lines) == len(found)
    for line, start in zip(lines, found, strict=True):
        assert line.startswith(start)


def test_what_is_missing_is_found(demo, known, change):
    change("params.yaml", "  page:\n    digits: 2\n", "")
    assert "params.yaml: `demo.page` is missing" in complaints(demo, known)[0]


@pytest.fixture
def wrong(root, tmp_path):
    """This project's code with two mistakes in its params.yaml."""
    for name in "stages", "pipeline", "profiles":
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    text = (root / "profiles/default.yaml").read_text(encoding="utf-8").replace("flip: true", "flip: 1")
    (tmp_path / "params.yaml").write_text(f"{text}\nshake: 1\n", encoding="utf-8")
    return tmp_path


def test_command_line(wrong):
    lines = shell(wrong, sys.executable, "-m", "pipeline.params", fails=True).splitlines()
    assert lines[0].startswith("error: params.yaml: `shake` is unknown: there are ")
    assert "compute, seeds, training" in lines[0]
    assert lines[1] == "error: params.yaml: `training.flip` is 1, but should be a valid boolean"
    assert all(line.startswith("error: ") for line in lines)


@pytest.mark.parametrize(
    "command", ["pipeline.runner", "pipeline.runner --dry", "stages.datasets.prepare text"]
)
def test_nothing_starts_with_mistakes_in_any_section(wrong, command):
    text = shell(wrong, sys.executable, "-m", *command.split(), fails=True)
    assert text.startswith("error: params.yaml: `shake` is unknown: ")
    assert "; params.yaml: `training.flip` is 1, but should be a valid boolean" in text
    assert text.count("\n") == 1


def test_a_stage_stops_because_of_another_stages_section(demo):
    """As in `dvc exp run -S noise.robustness.draws=0`, which would train before it measures."""
    before = {path: path.read_bytes() for path in demo.glob("data/demo/*")}
    words = "-S", "demo.slow.rate=0.3", "-S", "demo.page.digits=two"
    text = shell(demo, sys.executable, "-m", "dvc", "exp", "run", *words, fails=True)
    assert "error: params.yaml: `demo.page.digits` is 'two', but should be a valid integer" in text
    assert text.count("Running stage") == 1
    now = {path: path.read_bytes() for path in demo.glob("data/demo/*")}
    assert now.items() < before.items()                      # DVC removes what the stage that it runs wrote
