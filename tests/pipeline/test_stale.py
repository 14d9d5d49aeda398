"""Rule 6: an edit makes exactly those stages stale that depend on it."""

import importlib
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from pipeline.project import pipeline, title
from pipeline.stale import stale
from tests.pipeline.conftest import shell

# Every experiment has its own rows, tests/<experiment>/stale.py: edit -> patterns of its stages that become
# stale. Here are what they share, data and networks; the report is stale whenever an experiment is.
OBJECTS = ["baseline@*", "robust", "judge@objects"]
TRAINED = [*OBJECTS, "judge@*"]
SHARED = {
    "data.objects.source": ["data@objects", *OBJECTS],
    "data.objects.train": ["data@objects", *OBJECTS],
    "data/raw/objects/test/cat/1.png": ["data@objects", *OBJECTS],
    "data.digits.train": ["data@digits", "judge@digits"],
    "data/raw/digits/test/3/1.png": ["data@digits", "judge@digits"],
    "data.garments.source": ["data@garments", "judge@garments"],
    "data.text.source": ["data@text"],
    "data/raw/scenes/LSUN_resize/1.png": ["data@scenes"],
    "compute.device": TRAINED,
    "compute.threads": TRAINED,
    "seeds": TRAINED,
    "training": ["baseline@*", "robust"],
    "training.epochs": ["baseline@*", "robust"],
    "robust.depth": ["robust"],
    "robust.seeds": ["robust"],
    "robust.epsilon": ["robust"],
    "judge.seeds": ["judge@*"],
    "judge.objects.epochs": ["judge@objects"],
    "judge.digits.epochs": ["judge@digits"],
    "judge.garments.epochs": ["judge@garments"],
    "stages/datasets/photos.py": ["data@*", *TRAINED],
    "stages/core/files.py": ["data@*", *TRAINED],
    "stages/core/params.py": ["data@*", *TRAINED],
    "stages/core/nets.py": TRAINED,
    "stages/core/train.py": TRAINED,
    "stages/core/seeds.py": TRAINED,
    "stages/core/attacks.py": ["robust"],
    "stages/baseline/train.py": ["baseline@*"],
    "stages/baseline/robust.py": ["robust"],
    "stages/baseline/judge.py": ["judge@*"],
    "stages/report/report.css": ["report"],
    "stages/report/filters.js": ["report"],
    "stages/report/layout.html.jinja": ["report"],
    "docs/results/cifar10/noise/page.json": ["report"],
    "docs/steps/noise.svg": ["report"],
    "stages/core/plots.py": ["report"],
    "pipeline/deps.py": [],
    "stages/noise/README.md": [],
    "docs/index.md": [],
    "profiles/smoke.yaml": [],
}
ALIASES = {                                                  # edits that mean the same to every experiment
    "compute.device": "compute.threads",
    "data.objects.train": "data.objects.source",
    "data/raw/objects/test/cat/1.png": "data.objects.source",
    "data/raw/digits/test/3/1.png": "data.digits.train",
    "data/raw/scenes/LSUN_resize/1.png": "data.text.source",
    "stages/core/params.py": "stages/core/files.py",
    "stages/core/nets.py": "stages/core/train.py",
    "stages/core/seeds.py": "stages/core/train.py",
    "stages/core/intervals.py": "stages/core/claims.py",
    "stages/core/pages.py": "stages/core/charts.py",
    "stages/core/plots.py": "stages/core/charts.py",
    "training": "training.epochs",
}


def rows():
    """Edit -> patterns of all stages that it makes stale, each with the experiment whose row it is from."""
    found = {edit: [("", pattern) for pattern in patterns] for edit, patterns in SHARED.items()}
    for path in sorted(Path(__file__).parents[1].glob("*/stale.py")):
        experiment = path.parent.name
        own = importlib.import_module(f"tests.{experiment}.stale").ROWS
        for edit in dict.fromkeys([*own, *ALIASES]):
            patterns = own.get(edit) or own.get(ALIASES.get(edit), [])
            more = [(experiment, pattern) for pattern in patterns] + [("", "report")] * bool(patterns)
            found.setdefault(edit, []).extend(more)
    return found


def matches(name, experiment, pattern):
    """Whether a row of an experiment, or of what all share, means the stage with this title."""
    file, _, stage = name.rpartition(":")
    return name == pattern or (
        fnmatchcase(stage, pattern) and file == (f"stages/{experiment}/dvc.yaml" if experiment else "")
    )


TABLE = rows()


@pytest.mark.parametrize("edit", TABLE)
def test_this_project(repo, edit):
    names = {title(repo, stage) for stage in pipeline(repo)}
    expected = set()
    for experiment, pattern in TABLE[edit]:
        found = {name for name in names if matches(name, experiment, pattern)}
        assert found, f"no stage of {experiment or 'the root'} is called {pattern}"
        expected |= found
    assert stale(repo, edit) == expected


def test_every_experiment_has_rows(root):
    experiments = {path.parent.name for path in root.glob("stages/*/about.py")} - {"core"}
    assert {path.parent.name for path in root.glob("tests/*/stale.py")} == experiments


SLOW = {"stages/demo/dvc.yaml:train@slow-1", "stages/demo/dvc.yaml:train@slow-2"}
FAST = {"stages/demo/dvc.yaml:train@fast-1", "stages/demo/dvc.yaml:train@fast-2"}
LATER = {"stages/demo/dvc.yaml:figures", "demo", "report"}


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        ("demo.slow.rate", SLOW | LATER),
        ("demo.slow", SLOW | LATER),
        ("demo", SLOW | FAST | LATER),
        ("demo.slower", set()),
        ("demo.seeds", set()),
        ("demo.page.digits", {"demo", "report"}),
        ("data.words", {"data@words"} | SLOW | FAST | LATER),
        ("data/raw/words/new.txt", {"data@words"} | SLOW | FAST | LATER),
        ("stages/demo/parts.py", SLOW | FAST | LATER),
        ("stages/demo/figures.py", {"stages/demo/dvc.yaml:figures", "report"}),
        ("stages/core/claims.py", set()),
    ],
)
def test_a_project_whose_stages_are_known(check, edit, expected):
    assert check(lambda repo: stale(repo, edit)) == expected


def test_a_missing_dependency_shows(check, change):
    change("stages/demo/dvc.yaml", " stages/demo/parts.py,", "")
    assert check(lambda repo: stale(repo, "stages/demo/parts.py")) == set()


def test_a_missing_parameter_shows(check, change):
    change("stages/demo/dvc.yaml", "    params:\n      - demo.${item.speed}\n", "")
    assert check(lambda repo: stale(repo, "demo.slow.rate")) == set()


def test_dvc_itself_finds_the_same(demo, change, check):
    """The stages that DVC runs after an edit, whose results all change, are those that we say are stale."""
    expected = check(lambda repo: stale(repo, "demo.slow.rate"))
    change("params.yaml", "rate: 1.0e-1", "rate: 0.3")
    text = shell(demo, sys.executable, "-m", "dvc", "repro")
    ran = {line.split("'")[1] for line in text.splitlines() if line.startswith("Running stage")}
    assert ran == expected
