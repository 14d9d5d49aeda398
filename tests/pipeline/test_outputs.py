"""Rule 3: dependencies and outputs as the run-cache and git need them."""

import pytest

from stages.pipeline.outputs import complaints
from stages.pipeline.project import project as opened


def test_this_project(root):
    with opened(root) as repo:
        assert complaints(repo) == []


def test_a_healthy_project(check):
    assert check(complaints) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("dvc.yaml", "    metrics:\n", "    outs:\n", "demo: metrics/demo.json has cache: false under outs"),
        ("dvc.yaml", "- data/${key}.txt", "- data/${key}.txt: {persist: true}", "data@words: data/words.txt has persist"),
        ("dvc.yaml", "- data/${key}.txt", "- words/${key}.txt", "words/words.txt is cached by DVC but not ignored"),
        ("dvc.yaml", "- metrics/demo.json:\n", "- data/demo.json:\n", "data/demo.json has cache: false, so git should"),
        ("dvc.yaml", "    cmd: python -m stages.report.page\n", "    cmd: python -m stages.report.page\n    always_changed: true\n",
         "report: has always_changed"),
        ("dvc.yaml", "    plots:\n      - plots/report.csv:\n          cache: false\n", "", "report: has no output"),
        ("stages/demo/dvc.yaml", "    deps:\n      - data/demo\n      - stages/core/errors.py\n      - stages/core/files.py\n"
         "      - stages/core/stage.py\n      - stages/demo/figures.py\n", "", "figures: has no dependency"),
        ("metrics/demo/slow-3.json", None, "{}", "metrics/demo/slow-3.json: no stage writes it"),
        ("plots/other.csv", None, "a\n", "plots/other.csv: no stage writes it"),
    ],
)
def test_what_is_broken_is_found(check, change, file, old, new, complaint):
    change(file, old, new)
    assert any(complaint in line for line in check(complaints))


def test_a_file_in_a_folder_that_a_stage_writes_is_no_leftover(check, change):
    change("plots/demo/more.csv", None, "a\n")
    assert check(complaints) == []
