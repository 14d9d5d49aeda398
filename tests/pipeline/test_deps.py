"""Rule 1: `deps` are exactly the code that a stage runs, after its data."""

import re
import sys

import pytest

from pipeline import deps
from pipeline.code import Code
from stages.core.errors import UserError
from stages.core.stage import main
from tests.pipeline.conftest import shell

TRAIN = "stages/demo/dvc.yaml: train: deps: "


def test_this_project(root):
    assert deps.complaints(root) == []


def test_a_healthy_project(demo):
    assert deps.complaints(demo) == []


def test_no_stage_knows_what_drives_it(root):
    upward = re.compile(r"^\s*(from|import) pipeline\b", re.MULTILINE)      # its code would be no dependency
    files = root.glob("stages/**/*.py")
    assert [file for file in files if upward.search(file.read_text(encoding="utf-8"))] == []


PARTS = " stages/demo/parts.py,"
BROKEN = {
    "a missing import": (PARTS, "", "+ stages/demo/parts.py"),
    "a dead dependency": (PARTS, f"{PARTS} stages/demo/claims.py,", "- stages/demo/claims.py"),
    "a file that is gone": (PARTS, f"{PARTS} stages/gone.py,", "- stages/gone.py"),
    "another order": (
        f"{PARTS} stages/demo/train.py]", " stages/demo/train.py, stages/demo/parts.py]",
        "data first, then code in alphabetical order"),
}


@pytest.mark.parametrize(("old", "new", "complaint"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_found_and_mended(demo, change, old, new, complaint):
    path = demo / "stages/demo/dvc.yaml"
    healthy = path.read_bytes()
    change("stages/demo/dvc.yaml", old, new)
    assert deps.complaints(demo) == [f"{TRAIN}{complaint} (`make deps` does)"]
    assert deps.rewrite(demo, path) == ["stages/demo/dvc.yaml: train", f"  {complaint}"]
    assert path.read_bytes() == healthy


@pytest.mark.parametrize(
    "statement",
    [
        "import stages.demo.other",
        "import stages.demo.other as more, os",
        "from stages.demo import other",
        "from stages.demo import claims, other as more",
        "from stages.demo.other import VALUE",
        "from stages.demo.other import *",
        "from . import other",
        "from .other import VALUE",
        "from ..demo.other import VALUE",
        "def later():\n    from stages.demo.other import VALUE",
        "try:\n    import stages.demo.other\nexcept ImportError:\n    pass",
    ],
)
def test_every_kind_of_import_counts_however_indirect(demo, change, statement):
    change("stages/demo/parts.py", None, f"{statement}\n")
    change("stages/demo/other.py", None, "import json\n\nVALUE = 1\n")
    assert f"{TRAIN}+ stages/demo/other.py (`make deps` does)" in deps.complaints(demo)


def test_a_package_counts_if_it_has_content(demo, change):
    change("stages/demo/__init__.py", None, "from stages.demo.other import VALUE\n")
    change("stages/demo/other.py", None, "VALUE = 1\n")
    found = [line.removeprefix(TRAIN) for line in deps.complaints(demo) if line.startswith(TRAIN)]
    assert found == [
        "+ stages/demo/__init__.py (`make deps` does)", "+ stages/demo/other.py (`make deps` does)",
    ]


def test_modules_that_import_one_another(demo, change):
    change("stages/demo/parts.py", None, "from stages.demo import train\n")
    change("stages/demo/train.py", None, "from stages.demo import parts\n")
    code = Code(demo)
    assert code.files(code.module("stages.demo.parts")) == ["stages/demo/parts.py", "stages/demo/train.py"]


def test_a_file_beside_the_code_counts_if_named(demo, change):
    change("stages/demo/claims.py", "page.txt", "page.html")
    assert deps.complaints(demo) == ["dvc.yaml: demo: deps: - stages/demo/page.txt (`make deps` does)"]
    change("stages/demo/page.html", None, "{% include 'page.css' %}")
    change("stages/demo/page.css", None, "body {}")
    change("stages/demo/README.md", None, "page.css")
    assert deps.complaints(demo) == [
        "dvc.yaml: demo: deps: - stages/demo/page.txt (`make deps` does)",
        "dvc.yaml: demo: deps: + stages/demo/page.css (`make deps` does)",
        "dvc.yaml: demo: deps: + stages/demo/page.html (`make deps` does)",
    ]


def test_comments_quotes_and_order_survive(demo, change):
    change("dvc.yaml", None, """\
# Head.
stages:

  demo:   # why
    cmd: python -m stages.demo.claims
    # why these
    deps:
      - "data/demo"
      - stages/core/errors.py
      - stages/demo/gone.py

    # behind
    outs: [data/x.txt, 'data/y.txt']
""")
    deps.rewrite(demo, demo / "dvc.yaml")
    assert (demo / "dvc.yaml").read_text() == """\
# Head.
stages:

  demo:   # why
    cmd: python -m stages.demo.claims
    # why these
    deps: ["data/demo", stages/core/declared.py, stages/core/errors.py, stages/core/files.py, stages/core/params.py,
      stages/core/sections.py, stages/core/stage.py, stages/demo/claims.py, stages/demo/page.txt]

    # behind
    outs: [data/x.txt, 'data/y.txt']
"""


def test_a_comment_that_would_be_lost(demo, change):
    one = "stages:\n  one:\n    cmd: python -m stages.core.errors\n    deps:\n      - x  # why\n"
    change("dvc.yaml", None, one)
    before = (demo / "dvc.yaml").read_bytes()
    with pytest.raises(UserError, match=r"^dvc.yaml: one: move the comments in `deps` above the stage"):
        deps.rewrite(demo, demo / "dvc.yaml")
    assert (demo / "dvc.yaml").read_bytes() == before


def test_a_stage_without_deps_gets_them_behind_its_command(demo, change):
    before, after = "stages:\n  one:\n    cmd: python -m stages.core.errors\n", "    outs:\n      - x\n"
    change("dvc.yaml", None, before + after)
    assert deps.rewrite(demo, demo / "dvc.yaml") == ["dvc.yaml: one", "  + stages/core/errors.py"]
    assert (demo / "dvc.yaml").read_text() == f"{before}    deps: [stages/core/errors.py]\n{after}"


def test_paths_are_relative_to_wdir(demo, change):
    change(
        "stages/demo/dvc.yaml", None,
        "stages:\n  one:\n    wdir: ..\n    cmd: python -m stages.core.errors\n"
        "    deps:\n      - ../data/demo\n      - demo/train.py\n",
    )
    assert deps.rewrite(demo, demo / "stages/demo/dvc.yaml") == [
        "stages/demo/dvc.yaml: one", "  - demo/train.py", "  + core/errors.py",
    ]


def test_nothing_is_written_if_nothing_changes(demo):
    before = (demo / "dvc.yaml").stat()
    assert deps.rewrite(demo, demo / "dvc.yaml") == []
    assert (demo / "dvc.yaml").stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.parametrize("command", [
    "[python -m stages.core.errors, python -m stages.core.progress]",
    "python -m stages.core.errors && python -m stages.core.progress",
])
def test_several_commands(demo, change, command):
    change("dvc.yaml", None, f"stages:\n  one:\n    cmd: {command}\n")
    lines = deps.rewrite(demo, demo / "dvc.yaml")
    assert lines == ["dvc.yaml: one", "  + stages/core/errors.py", "  + stages/core/progress.py"]


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("dvc.yaml", "stages.report.page", "stages.report.pages",
         "dvc.yaml: report: cmd runs stages.report.pages, but there is no stages/report/pages.py"),
        ("dvc.yaml", "stages.report.page", "stages.report", "there is no stages/report.py"),
        ("dvc.yaml", "python -m stages.report.page", "echo 1",
         "dvc.yaml: report: cmd `echo 1` runs no module of ours"),
        ("dvc.yaml", "stages.report.page", "${code}", "cmd `python -m ${code}` runs no module of ours"),
        ("dvc.yaml", "stages.report.page", "stages.report.${code}",
         "cmd runs `stages.report.${code}`: write the module out"),
        ("stages/demo/parts.py", "stages.core.params", "stages.core.parameters",
         "stages/demo/parts.py imports stages.core.parameters.Section, which does not exist"),
        ("stages/demo/train.py", "import files", "import file",
         "stages/demo/train.py imports stages.core.file, which does not exist"),
        ("stages/demo/parts.py", "speed(name):", "speed(name:", "stages/demo/parts.py is no valid Python"),
    ],
)
def test_what_cannot_be_followed_is_said(demo, change, file, old, new, message):
    change(file, old, new)
    with pytest.raises(UserError) as error:
        deps.complaints(demo)
    assert message in str(error.value)


def test_command_line(demo, change, monkeypatch, capsys):
    monkeypatch.chdir(demo)
    monkeypatch.setattr(sys, "argv", ["deps"])
    main(deps.run)
    assert capsys.readouterr().out == "nothing changes: every stage lists the code that it runs\n"
    change("dvc.yaml", ",\n      stages/report/page.py]", "]")
    main(deps.run)
    assert capsys.readouterr().out == "dvc.yaml: report\n  + stages/report/page.py\n"
    assert deps.complaints(demo) == []


def test_command_line_outside_a_project(demo):
    assert shell(demo, sys.executable, "-m", "pipeline.deps")
    (demo / "dvc.yaml").unlink()
    text = shell(demo, sys.executable, "-m", "pipeline.deps", fails=True)
    assert text == "error: dvc.yaml does not exist: run from the project's folder\n"
