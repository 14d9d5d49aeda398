"""README.md and dvc.yaml say of experiments what their about.py says."""

import importlib

import pytest

from pipeline import described
from stages.core.about import About, Source
from stages.core.errors import UserError

ABOUT = About(
    "demo", "A demo", "Does it?",
    [Source("A 2021", "A: Demo, 2021", "https://example.org/a"), Source("B 2022", "B", "https://example.org/b")],
    {"noise": "Under noise", "later": "Not drawn yet"},
)
README = """\
# Demo

<!-- experiments -->
| old |
<!-- end of experiments -->

More.
"""
MAP = """\
# The map.
stages:
  demo:
    desc: {desc}
    cmd: one  # why
  report:
    deps: [{shown}, docs/results, stages/report/site.py]
    outs: [plots/report]
"""
ROW = (
    "| [demo](stages/demo/README.md) | Does it? | [A 2021](https://example.org/a), "
    "[B 2022](https://example.org/b) |"
)


@pytest.fixture
def project(tmp_path):
    """A project with one experiment, of which nothing is described."""
    (tmp_path / "stages/demo").mkdir(parents=True)
    (tmp_path / "plots/demo/curves").mkdir(parents=True)
    (tmp_path / "README.md").write_text(README)
    (tmp_path / "dvc.yaml").write_text(MAP.format(desc="Old", shown="data/gone/page.json"))
    (tmp_path / "stages/demo/dvc.yaml").write_text("stages: {}\n\n# These are drawn.\nplots: []\n")
    (tmp_path / "plots/demo/curves/noise.csv").write_text("sigma,a,a_low,a_high,b,b_low\n0,1,1,1,1,1\n")
    return tmp_path


def mended(project):
    """The files of a project after what is not as about.py says is written; their paths from its folder."""
    changes = described.different(project, [ABOUT])
    for path, text in changes.items():
        path.write_text(text)
    assert described.different(project, [ABOUT]) == {}
    return {path.relative_to(project).as_posix(): text for path, text in changes.items()}


def test_this_project(root):
    assert described.complaints(root) == []


def test_everything_says_what_about_says_and_nothing_else_changes(project):
    assert mended(project) == {
        "README.md": README.replace("| old |\n", f"{described.HEAD}{ROW}\n"),
        "dvc.yaml": MAP.format(
            desc="A demo (A 2021, B 2022)", shown="data/demo/page.json, plots/demo/figures",
        ),
        "stages/demo/dvc.yaml": "stages: {}\n\n# These are drawn.\nplots:\n  - Under noise:\n      x: sigma\n"
                                "      y:\n        ../../plots/demo/curves/noise.csv: [a, b]\n",
    }


@pytest.mark.parametrize("name", ["README.md", "dvc.yaml", "stages/demo/dvc.yaml"])
def test_one_file_is_mended_alone(project, name):
    mended(project)
    path = project / name
    for old, new in ("Does it?", "Does it so?"), ("A demo", "Another"), ("Under noise", "Noise"):
        path.write_text(path.read_text().replace(old, new))
    assert list(mended(project)) == [name]


def test_a_plot_has_seven_lines_at_most(project):
    columns = [f"n{i}" for i in range(9)]
    (project / "plots/demo/curves/noise.csv").write_text(",".join(["x", *columns]) + "\n")
    assert f"noise.csv: [{', '.join(columns[:7])}]\n" in mended(project)["stages/demo/dvc.yaml"]


def test_an_experiment_that_is_new(project):
    (project / "dvc.yaml").write_text(
        "stages:\n  demo:\n    cmd: one\n    outs: [x]\n\n  report:\n    deps: [docs/results]\n"
    )
    (project / "stages/demo/dvc.yaml").write_text("stages:\n  one:\n    cmd: two\n")
    found = mended(project)
    assert found["dvc.yaml"].startswith(
        "stages:\n  demo:\n    desc: A demo (A 2021, B 2022)\n    cmd: one\n    outs: [x]\n\n  report:\n"
    )
    assert found["stages/demo/dvc.yaml"].startswith(
        f"stages:\n  one:\n    cmd: two\n\n# {described.DRAWN}\nplots:\n  - Under noise:\n"
    )


def test_an_experiment_without_its_stage(project):
    (project / "dvc.yaml").write_text("stages:\n  report:\n    deps: []\n")
    with pytest.raises(UserError, match=r"^dvc.yaml has no stage `demo`, which stages/demo needs: write it"):
        described.different(project, [ABOUT])


def test_a_name_that_is_not_the_folders(root, monkeypatch):
    module = importlib.import_module("stages.noise.about")
    monkeypatch.setattr(module, "ABOUT", ABOUT)
    with pytest.raises(UserError, match=r"^stages/noise/about.py has the name `demo`: take the folder"):
        described.abouts(root)


def test_a_readme_without_its_place(project):
    (project / "README.md").write_text("# Demo\n")
    with pytest.raises(UserError, match=r"README.md needs a line <!-- experiments --> and below it"):
        described.different(project, [ABOUT])
