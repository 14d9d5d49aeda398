"""Rule 7, first half: `plots:` sections name columns that tables have."""

import pytest

from pipeline.plotted import complaints

PLOTS = """\
plots:
  - Scores:
      x: {x}
      y:
        ../../plots/demo/slow-1.csv: {y}
"""


def test_this_project(repo):
    assert complaints(repo) == []


def test_a_healthy_project(check):
    assert check(complaints) == []


@pytest.mark.parametrize(
    ("x", "y", "found"),
    [
        ("step", "score", []),
        ("step", "[score, other]", []),
        ("{../../plots/demo/slow-1.csv: step}", "score", []),
        ("epoch", "score", ["epoch"]),
        ("{../../plots/demo/slow-1.csv: epoch}", "score", ["epoch"]),
        ("step", "[score, scores]", ["scores"]),
    ],
)
def test_of_a_file(demo, change, check, x, y, found):
    change("plots/demo/slow-1.csv", None, "step,score,other\n1,2,3\n")
    pipeline = (demo / "stages/demo/dvc.yaml").read_text()
    change("stages/demo/dvc.yaml", None, pipeline + PLOTS.format(x=x, y=y))
    assert check(complaints) == [
        f"stages/demo/dvc.yaml: Scores: plots {one} of plots/demo/slow-1.csv, which has step, score, other"
        for one in found
    ]


@pytest.mark.parametrize("axis", ["x", "y"])
def test_of_a_stage(change, check, axis):
    change("dvc.yaml", "- plots/report.csv:\n", f"- plots/report.csv:\n          {axis}: score\n")
    change("plots/report.csv", None, "epoch,score\n")
    assert check(complaints) == []
    change("plots/report.csv", None, "epoch,scores\n")
    assert check(complaints) == ["report: plots score of plots/report.csv, which has epoch, scores"]


def test_of_a_path(demo, change, check):
    change("plots/demo/slow-1.csv", None, "step,score\n")
    text = "plots:\n  - plots/demo/slow-1.csv:\n      x: step\n      y: scores\n  - plots/report.csv\n"
    change("dvc.yaml", None, (demo / "dvc.yaml").read_text() + text)
    assert check(complaints) == [
        "dvc.yaml: plots/demo/slow-1.csv: plots scores of plots/demo/slow-1.csv, which has step, score"
    ]


def test_a_table_that_is_not_there(demo, change, check):
    text = PLOTS.format(x="step", y="score").replace("slow", "slower")
    change("stages/demo/dvc.yaml", None, (demo / "stages/demo/dvc.yaml").read_text() + text)
    assert check(complaints) == [
        "stages/demo/dvc.yaml: Scores: plots plots/demo/slower-1.csv, which is not there"
    ]
