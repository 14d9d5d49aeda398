"""Rule 4: dvc.lock belongs to the code, the parameters and the results in git."""

import shutil
import sys

import pytest

from pipeline import lock
from pipeline.project import project as opened
from tests.pipeline.conftest import shell


def test_this_project(repo):
    assert lock.complaints(repo) == []


def test_a_healthy_project(check):
    assert check(lock.complaints) == []


def test_a_fresh_clone_without_data(demo, tmp_path):
    shell(tmp_path, "git", "clone", "--quiet", demo, "clone")
    assert not (tmp_path / "clone" / "data" / "words.txt").exists()
    with opened(tmp_path / "clone") as repo:
        assert lock.complaints(repo) == []
    assert "agrees" in shell(tmp_path / "clone", sys.executable, "-m", "pipeline.lock")


BROKEN = {
    "a changed parameter": (
        "params.yaml", "rate: 0.5", "rate: 0.6",
        "train@fast-1: demo.fast is {'rate': 0.6}, in dvc.lock {'rate': 0.5}"),
    "a new parameter": (
        "dvc.yaml", "      - demo.page\n", "      - demo.page\n      - demo.seeds\n",
        "demo: demo.seeds is not in dvc.lock"),
    "a parameter that is gone": (
        "params.yaml", "  page:\n    digits: 2\n", "", "demo: demo.page is not in params.yaml"),
    "changed code": (
        "stages/report/page.py", "def run", "# faster\ndef run",
        "report: stages/report/page.py is not the one in dvc.lock"),
    "a changed command": (
        "stages/demo/dvc.yaml", "cmd: python -m stages.demo.figures", "cmd: python -O -m stages.demo.figures",
        "figures: cmd is `python -O -m stages.demo.figures`, in dvc.lock `python -m stages.demo.figures`"),
    "a new dependency": (
        "dvc.yaml", "[metrics/demo.json, plots/demo,", "[metrics/demo.json, plots/demo, params.yaml,",
        "report: params.yaml is not in dvc.lock"),
    "new data": (
        "data/raw/words/more.txt", None, "more", "data@words: data/raw/words is not the one in dvc.lock"),
    "a metric that the stage did not write": (
        "metrics/demo.json", '"title"', '"titel"', "demo: metrics/demo.json is not the one in dvc.lock"),
    "a plot that the stage did not write": (
        "plots/demo/slow-1.csv", "0.1", "0.2", "figures: plots/demo is not the one in dvc.lock"),
    "a new output": (
        "dvc.yaml", "        - data/${key}.txt\n", "        - data/${key}.txt\n        - data/${key}.csv\n",
        "data@words: data/words.csv is not in dvc.lock"),
    "a new stage": (
        "params.yaml", "    - 2\n", "    - 2\n    - 3\n", "train@fast-3: is not in dvc.lock"),
    "a stage that is gone": (
        "params.yaml", "    - 2\n", "", "stages/demo/dvc.yaml:train@slow-2: is in dvc.lock but no stage"),
    "a stage of another name": (
        "dvc.yaml", "  report:\n", "  summary:\n", "report: is in dvc.lock but no stage"),
}


@pytest.mark.parametrize(("file", "old", "new", "complaint"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_found(check, change, file, old, new, complaint):
    change(file, old, new)
    assert any(complaint in line for line in check(lock.complaints)), check(lock.complaints)


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("metrics/demo.json", "demo: metrics/demo.json is missing"),
        ("stages/report/page.py", "report: stages/report/page.py is missing"),
    ],
)
def test_what_is_missing_is_found(demo, check, path, complaint):
    (demo / path).unlink()
    assert complaint in check(lock.complaints)


@pytest.mark.parametrize("data", [True, False], ids=["with data", "without data"])
@pytest.mark.parametrize(
    ("path", "reader"),
    [("data/words.txt", "train@fast-1: data/words.txt"), ("data/demo/slow-1.txt", "demo: data/demo")],
)
def test_one_stage_wrote_something_else_than_another_read(demo, check, data, path, reader):
    if not data:
        shell(demo, "git", "clean", "--quiet", "-X", "--force", "-d", "data")
    for file in demo / "dvc.lock", demo / "stages/demo/dvc.lock":
        entry = f"outs:\n    - path: {path}\n      hash: md5\n      md5: "
        before, found, after = file.read_text().partition(entry)
        file.write_text(before + found + (after and "f" * 32 + after[32:]))
    assert any(f"{reader} is not what dvc.lock says" in line for line in check(lock.complaints))


def test_no_lock_at_all(demo, check):
    (demo / "dvc.lock").unlink()
    assert {"report: is not in dvc.lock", "demo: is not in dvc.lock"} <= set(check(lock.complaints))


def test_what_follows_a_stale_stage_is_stale(check, change):
    change("stages/sources/prepare.py", "def run", "# faster\ndef run")
    lines = check(lock.complaints)
    assert lines[0] == "data@words: stages/sources/prepare.py is not the one in dvc.lock"
    assert "report: a stage before it is stale" in lines
    assert len(lines) == 8


def test_command_line(demo, change):
    assert "agrees" in shell(demo, sys.executable, "-m", "pipeline.lock")
    change("params.yaml", "digits: 2", "digits: 3")
    lines = shell(demo, sys.executable, "-m", "pipeline.lock", fails=True).splitlines()
    assert lines == [
        "demo: demo.page is {'digits': 3}, in dvc.lock {'digits': 2}",
        "report: a stage before it is stale",
        "error: dvc.lock is out of date: run `dvc repro`, then commit dvc.lock, metrics/ and plots/",
    ]


def test_a_file_that_dvc_cannot_read_is_one_line(demo, change):
    change("dvc.yaml", "    cmd: python -m stages.report.page\n", "")
    text = shell(demo, sys.executable, "-m", "pipeline.lock", fails=True)
    assert text.startswith("error: './dvc.yaml' validation failed: required key not provided")
    assert text.count("\n") == 1


def test_a_folder_without_dvc_is_one_line(demo):
    shutil.rmtree(demo / ".dvc")
    text = shell(demo, sys.executable, "-m", "pipeline.lock", fails=True)
    assert text.startswith("error: ")
    assert "DVC" in text
    assert text.count("\n") == 1
