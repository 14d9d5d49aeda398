"""All sections are checked before a stage computes, and again only when what that rests on has changed."""

import json
import subprocess
import sys

import pytest

from stages.core import sections
from stages.core.errors import UserError

ONE = "SECTIONS = {'one': int, 'two.inner': bool}\n"
PARAMS = "one: 1\ntwo:\n  inner: true\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project whose sections are described in stages/first/params.py."""
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "params.yaml": PARAMS, "stages/first/params.py": ONE,
        ".dvc/config": "",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(sections, "PACKAGE", tmp_path / "stages")
    monkeypatch.setattr(sections, "importlib", Imported(tmp_path, monkeypatch))
    return tmp_path


class Imported:
    """Imports modules from the folder of a test, and counts."""

    def __init__(self, folder, monkeypatch):
        self.folder, self.monkeypatch, self.count = folder, monkeypatch, 0

    def import_module(self, name):
        self.count += 1
        module = type(sys)(name)
        module.__file__ = str(self.folder.joinpath(*name.split(".")).with_suffix(".py"))
        with open(module.__file__, encoding="utf-8") as file:
            exec(file.read(), vars(module))
        self.monkeypatch.setitem(sys.modules, name, module)
        return module


def check():
    """What a new process does first; whether it imported what describes sections."""
    before = sections.importlib.count
    sections.check_all.__wrapped__()
    return sections.importlib.count > before


def test_what_was_right_is_not_checked_again(project):
    assert check()
    assert not check()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("params.yaml", PARAMS.replace("1", "2")),
        ("stages/first/params.py", ONE + "# another\n"),
        ("stages/second/params.py", "SECTIONS = {}\n"),
    ],
)
def test_what_has_changed_is(project, name, text):
    check()
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text(text)
    assert check()
    assert not check()


@pytest.mark.parametrize("note", ["", "{", "[]", "{}", '{"gone.py": "0"}'])
def test_a_note_that_says_nothing(project, note):
    check()
    (project / sections.NOTE).write_text(note)
    assert check()


def test_all_mistakes_are_one_line_and_are_found_again(project):
    (project / "params.yaml").write_text("one: a\ntwo:\n  inner: 1\n  outer: 1\nthree: 1\n")
    for _ in range(2):
        with pytest.raises(UserError) as caught:
            check()
        assert str(caught.value) == (
            "params.yaml: `two.outer` is unknown: there are one, two.inner; "
            "params.yaml: `three` is unknown: there are one, two.inner; "
            "params.yaml: `one` is 'a', but should be a valid integer; "
            "params.yaml: `two.inner` is 1, but should be a valid boolean"
        )


def test_without_a_folder_of_dvc_nothing_is_noted(project):
    (project / ".dvc/config").unlink()
    (project / ".dvc").rmdir()
    assert check()
    assert check()


def test_elsewhere_than_in_this_codes_project_nothing_is_known(project, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path / "stages")
    assert not check()


def test_this_project_describes_its_sections_without_importing_torch(root):
    """Stages that need none would wait for it."""
    code = ("import json, sys; from stages.core.sections import sections; "
            "print(json.dumps([sorted(sections()), 'torch' in sys.modules]))")
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    names, heavy = json.loads(done.stdout)
    assert {"compute", "seeds", "training", "data.objects"} < set(names)
    assert not heavy
