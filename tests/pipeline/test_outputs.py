"""Rule 3: dependencies and outputs as the run-cache and git need them."""

import pytest

from pipeline.outputs import complaints


def test_this_project(repo):
    assert complaints(repo) == []


def test_a_healthy_project(check):
    assert check(complaints) == []


BROKEN = {
    "an output that is no metric in git": (
        "dvc.yaml", "    metrics:\n", "    outs:\n",
        "demo: metrics/demo.json has cache: false under outs"),
    "persist": (
        "dvc.yaml", "- data/${key}.txt", "- data/${key}.txt: {persist: true}",
        "data@words: data/words.txt has persist"),
    "cached, not ignored": (
        "dvc.yaml", "- data/${key}.txt", "- words/${key}.txt",
        "words/words.txt is cached by DVC but not ignored by git"),
    "for git, but ignored": (
        "dvc.yaml", "- metrics/demo.json:\n", "- data/demo.json:\n",
        "data/demo.json has cache: false, which leaves it to git"),
    "always": (
        "dvc.yaml", "stages.report.page\n", "stages.report.page\n    always_changed: true\n",
        "report: has always_changed"),
    "no output": (
        "dvc.yaml", "    plots:\n      - plots/report.csv:\n          cache: false\n", "",
        "report: has no output"),
    "no dependency": (
        "stages/demo/dvc.yaml", None, "stages:\n  one:\n    cmd: 'true'\n    outs:\n      - one\n",
        "stages/demo/dvc.yaml:one: has no dependency"),
    "a metric of a stage that is gone": (
        "metrics/demo/slow-3.json", None, "{}", "metrics/demo/slow-3.json: no stage writes it"),
    "a table that no stage writes": (
        "plots/other.csv", None, "a\n", "plots/other.csv: no stage writes it"),
}


@pytest.mark.parametrize(("file", "old", "new", "complaint"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_found(check, change, file, old, new, complaint):
    change(file, old, new)
    assert any(complaint in line for line in check(complaints))


def test_a_folder_that_is_ignored_and_not_there_yet(change, check):
    change("dvc.yaml", "        - data/${key}.txt\n", "        - data/${key}.txt\n        - words/figures\n")
    assert any("words/figures is cached by DVC but not ignored" in line for line in check(complaints))
    change(".gitignore", None, "__pycache__/\n/data/*\n!/data/raw/\n/*/figures/\n")
    assert check(complaints) == []


def test_a_file_in_a_folder_that_a_stage_writes_is_no_leftover(check, change):
    change("plots/demo/more.csv", None, "a\n")
    assert check(complaints) == []
