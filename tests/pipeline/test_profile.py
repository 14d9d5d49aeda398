"""Profiles: what they change, that they do not pile up, that the way back is complete."""

import shutil
import subprocess
import sys

import pytest

from pipeline import profile
from stages.core.params import load_yaml
from stages.core.stage import main


@pytest.fixture
def apply(monkeypatch, capsys):
    """apply(folder, name): what `make profile` prints, and the error if it ends in one."""

    def apply(folder, *words):
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["profile", *words])
        monkeypatch.setattr(profile.run, "__module__", profile.__name__)
        try:
            main(profile.run)
        except SystemExit as stopped:
            return stopped.code
        return capsys.readouterr().out

    return apply


def test_what_changes_is_printed_and_comments_stay(demo, apply):
    assert apply(demo, "quick") == "data.words.most: 3 -> 1\ndemo.seeds:      [1, 2] -> [2]\n"
    assert (demo / "params.yaml").read_text() == """\
# Every number.
data:
  words:
    folder: data/raw/words      # any text files
    most: 1

demo:
  seeds:
    - 2
  slow:
    rate: 1.0e-1                # one at a time
  fast:
    rate: 0.5
  page:
    digits: 2
"""


def test_nothing_changes_the_second_time(demo, apply):
    apply(demo, "quick")
    before = (demo / "params.yaml").stat().st_mtime_ns
    assert apply(demo, "quick") == "nothing changes\n"
    assert (demo / "params.yaml").stat().st_mtime_ns == before


def test_profiles_do_not_pile_up(demo, apply):
    apply(demo, "quick")
    assert apply(demo, "precise") == (
        "data.words.most:  1 -> 3\ndemo.seeds:       [2] -> [1, 2]\ndemo.page.digits: 2 -> 5\n"
    )


def test_own_edits_are_not_lost_silently(demo, change, apply):
    change("params.yaml", "rate: 0.5\n", "rate: 0.7   # mine\n")
    assert "demo.fast.rate:  0.7 -> 0.5\n" in apply(demo, "quick")
    assert "rate: 0.5   # mine\n" in (demo / "params.yaml").read_text()


def test_a_list_in_one_line_becomes_a_block(demo, change, apply):
    change("params.yaml", "  seeds:\n    - 1\n    - 2\n", "  seeds: [7, 8]   # many\n")
    assert apply(demo, "default") == "demo.seeds: [7, 8] -> [1, 2]\n"
    assert load_yaml(demo / "params.yaml")["demo"]["seeds"] == [1, 2]
    assert "- 1\n" in (demo / "params.yaml").read_text()
    assert "# many" in (demo / "params.yaml").read_text()


@pytest.mark.parametrize("way", [["default"], ["smoke", "default"], ["cifar10", "smoke", "default"]])
def test_default_is_the_way_back_to_the_byte(root, tmp_path, apply, way):
    shutil.copytree(root / "profiles", tmp_path / "profiles")
    shutil.copy(root / "params.yaml", tmp_path)
    apply(tmp_path, "default")
    before = (tmp_path / "params.yaml").read_bytes()
    for name in way:
        apply(tmp_path, name)
    assert (tmp_path / "params.yaml").read_bytes() == before


def test_the_default_is_what_the_main_branch_has(root):
    """Elsewhere a changed params.yaml may well be committed, with its results."""
    def git(*words):
        return subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False).stdout

    edited = git("status", "--porcelain", "params.yaml", "profiles")
    if edited or git("branch", "--show-current").strip() != "main":
        pytest.skip("not the main branch as it is committed")
    assert profile.changes(root, "default") == {}, "params.yaml and profiles/default.yaml differ: change both"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["quik"], "there is no profile `quik`: there are default, precise, quick; did you mean `quick`?"),
        (["x"], "there is no profile `x`: there are default, precise, quick"),
        (["../params"], "there is no profile `../params`: there are default, precise, quick"),
        ([], "usage: python -m pipeline.profile NAME:str"),
    ],
)
def test_an_unknown_profile(demo, apply, words, message):
    assert apply(demo, *words) == f"error: {message}"


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("profiles/quick.yaml", "most:", "mots:",
         "profiles/quick.yaml has `data.words.mots`, params.yaml has not: there are "
         "data.words.folder, data.words.most, demo.seeds, demo.slow.rate, demo.fast.rate, demo.page.digits; "
         "did you mean `data.words.most`?"),
        ("profiles/quick.yaml", "most: 1", "most: {a: 1}", "profiles/quick.yaml has `data.words.most.a`"),
        ("params.yaml", "    most: 3\n", "",
         "profiles/quick.yaml has `data.words.most`, params.yaml has not"),
        ("params.yaml", "    most: 3\n", "    most: 3\n    least: 1\n",
         "params.yaml has `data.words.least`, profiles/default.yaml has not: add its default there"),
        ("profiles/quick.yaml", "most: 1", "most: [1", "profiles/quick.yaml is no valid YAML"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_written(demo, change, apply, file, old, new, message):
    change(file, old, new)
    before = (demo / "params.yaml").read_bytes()
    assert apply(demo, "quick").startswith(f"error: {message}")
    assert (demo / "params.yaml").read_bytes() == before


def test_neither_git_nor_dvc_is_needed(demo, apply):
    shutil.rmtree(demo / ".git")
    shutil.rmtree(demo / ".dvc")
    apply(demo, "quick")
    assert apply(demo, "default") == "data.words.most: 1 -> 3\ndemo.seeds:      [2] -> [1, 2]\n"
