"""params.yaml and every profile hold what their sections describe."""

import shutil
import sys

import pytest

from stages.core.params import Section
from stages.pipeline.params import complaints, sections
from tests.pipeline.conftest import shell


class Words(Section):
    folder: str
    most: int


class Speed(Section):
    rate: float


class Page(Section):
    digits: int


class Demo(Section):
    seeds: list[int]
    slow: Speed
    fast: Speed
    page: Page


SECTIONS = {"data.words": Words, "demo": Demo}


def test_this_project(root):
    assert complaints(root, sections(root)) == []


def test_a_healthy_project(demo):
    assert complaints(demo, SECTIONS) == []


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
def test_what_is_broken_is_found(demo, change, file, old, new, found):
    change(file, old, new)
    lines = complaints(demo, SECTIONS)
    assert len(lines) == len(found)
    for line, start in zip(lines, found, strict=True):
        assert line.startswith(start)


def test_what_is_missing_is_found(demo, change):
    change("params.yaml", "  page:\n    digits: 2\n", "")
    assert "params.yaml: `demo.page` is missing" in complaints(demo, SECTIONS)[0]


def test_command_line(root, tmp_path):
    for name in "stages", "profiles":
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    text = (root / "profiles/default.yaml").read_text(encoding="utf-8").replace("flip: true", "flip: 1")
    (tmp_path / "params.yaml").write_text(f"{text}\nshake: 1\n", encoding="utf-8")
    lines = shell(tmp_path, sys.executable, "-m", "stages.pipeline.params", fails=True).splitlines()
    assert lines[0].startswith("error: params.yaml: `shake` is unknown: there are compute, seeds, training")
    assert lines[1] == "error: params.yaml: `training.flip` is 1, but should be a valid boolean"
    assert all(line.startswith("error: ") for line in lines)
