"""What is seen of many stages at once against what DVC finds of each."""

import copy
import json
import os
import shutil
from collections import Counter
from contextlib import chdir, contextmanager

import pytest
from dvc.output import Output

from pipeline.runner.books import Books
from pipeline.runner.seen import Seen
from tests.pipeline.runner.conftest import Project

FILES = {
    ".gitignore": "/*.txt\n/folder\n", "source.txt": "1\n", "params.yaml": "a: {b: 1, c: [1, 2]}\nd: x\n",
    "dvc.yaml": """\
stages:
  first:
    cmd: cat source.txt > first.txt; mkdir folder; touch folder/x
    deps: [source.txt]
    params: [a]
    outs: [first.txt, folder]
  second:
    cmd: cat first.txt source.txt > second.txt
    deps: [first.txt, source.txt, folder]
    params: [a.b, d]
    outs: [second.txt]
  table:
    cmd: echo 1 > table.json
    deps: [second.txt, source.txt]
    metrics: [table.json: {cache: false}]
  whole:
    cmd: echo 1 > whole.txt
    params: [params.yaml: ]
    outs: [whole.txt]
  always:
    cmd: echo 1 > always.txt
    always_changed: true
    outs: [always.txt]
""",
}


TARGETS = "second", "table", "whole", "always"
SLOW = {"whole"}                                             # of which only DVC can tell that nothing changed


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    one = Project(tmp_path_factory.mktemp("seen") / "project", FILES)
    one.by_dvc(TARGETS)
    return one


@pytest.fixture
def project(prepared, tmp_path):
    one = copy.copy(prepared)
    one.folder = shutil.copytree(prepared.folder, tmp_path / "project")
    return one


@contextmanager
def looking(project):
    """Inside, the lock is held; what was seen so far, and the stages by name."""
    with chdir(project.folder):
        books = Books()
        with books.turn():
            yield Seen(books.repo), {stage.name: stage for stage in books.plan(TARGETS)}
        books.close()


def replaced(name, old, new):
    """An edit of one of the project's files."""
    return lambda project: project.edit({name: (project.folder / name).read_text().replace(old, new)})


def without_cache(project):
    shutil.rmtree(project.folder / ".dvc/cache")


def new_in_folder(project):
    (project.folder / "folder/new").touch()


@pytest.mark.parametrize(("edit", "changed"), [
    (lambda project: None, set()),
    (replaced("source.txt", "1", "2"), {"first", "second", "table"}),
    (lambda project: project.edit({"source.txt": None}), {"first", "second", "table"}),
    (replaced("params.yaml", "b: 1", "b: 2"), {"first", "second", "whole"}),
    (replaced("params.yaml", "b: 1", "b: true"), set()),     # they are equal to Python, and so to DVC
    (replaced("params.yaml", "b: 1", "b: '1'"), {"first", "second", "whole"}),
    (replaced("params.yaml", "d: x", ""), {"second", "whole"}),
    (replaced("params.yaml", "[1, 2]", "[1, 3]"), {"first", "whole"}),
    (replaced("params.yaml", "d: x", "d: x\ne: 1"), {"whole"}),
    (replaced("first.txt", "1", "2"), {"first", "second"}),
    (lambda project: project.edit({"second.txt": None}), {"second", "table"}),
    (replaced("table.json", "1", "2"), {"table"}),
    (new_in_folder, {"first", "second"}),
    (without_cache, {"first", "second", "whole"}),
    (replaced("dvc.yaml", "cat source.txt", "cat  source.txt"), {"first"}),
    (lambda project: project.edit({"dvc.lock": None}), {"first", "second", "table", "whole"}),
])
def test_nothing_is_overlooked(project, edit, changed):
    """The oracle is DVC; what changes is by hand."""
    edit(project)
    with looking(project) as (seen, stages):
        ours = {name for name, stage in stages.items() if not seen.unchanged(stage)}
        theirs = {name for name, stage in stages.items() if stage.changed(False, [])}
    assert theirs == changed | {"always"}
    assert ours == theirs | SLOW


def test_every_file_is_hashed_once(project, monkeypatch):
    hashed, get_hash = Counter(), Output.get_hash

    def counting(item):
        hashed[item.def_path] += 1
        return get_hash(item)

    monkeypatch.setattr(Output, "get_hash", counting)
    with looking(project) as (seen, stages):
        for name in "first", "second", "table":
            assert seen.unchanged(stages[name])
    assert hashed == dict.fromkeys(["source.txt", "first.txt", "folder", "second.txt", "table.json"], 1)


def test_what_a_stage_has_written_is_looked_at_anew(project):
    with looking(project) as (seen, stages):
        assert seen.unchanged(stages["second"])
        (project.folder / "folder/x").write_text("other")
        seen.forget(stages["table"])
        assert seen.unchanged(stages["second"])
        seen.forget(stages["first"])
        assert not seen.unchanged(stages["second"])


def test_while_anybody_writes_dvc_is_asked(project):
    """Its path locks tell whether what is read is being written."""
    path = project.folder / ".dvc/tmp/rwlock"
    for write, unchanged in ({}, True), ({"/elsewhere": {"pid": os.getpid(), "cmd": "dvc repro"}}, False):
        path.write_text(json.dumps({"read": {}, "write": write}))
        with looking(project) as (seen, stages):
            assert seen.unchanged(stages["second"]) == unchanged
    path.unlink()
