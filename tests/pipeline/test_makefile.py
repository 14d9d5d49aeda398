"""What make installs, in which order, and again after an interruption; python and pip only note it."""

import os
import re
import shutil
import subprocess

import pytest

PYTHON = """\
#!/bin/sh
case "$*" in
*venv*)
    rm -rf .venv
    mkdir -p .venv/bin
    cp "$0" .venv/bin/python
    cp "${0%python}pip" .venv/bin/pip
    printf '#!/bin/sh\\n' > .venv/bin/ruff
    chmod +x .venv/bin/ruff
    echo venv >> log ;;
*importlib*)
    echo "$EXTRA" ;;
esac
"""
PIP = """\
#!/bin/sh
case "$*" in
*"$FAIL"*) exit 1 ;;
esac
case "$*" in
*download*) mkdir -p .venv/new ;;
esac
echo "$*" >> log
"""
RUN = ["venv", "install torch-cpu", "install run", "install run-no-deps"]
MORE = ["download cluster test test-no-deps", "install cluster test test-no-deps"]


@pytest.fixture
def made(root, tmp_path):
    """Runs make in a folder with our Makefile; what was installed, a line a call; None if it failed."""
    shutil.copy(root / "Makefile", tmp_path)
    shutil.copytree(root / "requirements", tmp_path / "requirements")
    (tmp_path / "bin").mkdir()
    for name, text in ("python", PYTHON), ("pip", PIP):
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)

    def run(target, fail="nothing", cuda=""):
        (tmp_path / "log").write_text("")
        env = os.environ | {"FAIL": fail, "EXTRA": cuda, "PYTHON": str(tmp_path / "bin/python")}
        done = subprocess.run(
            ["make", target], cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=60
        )
        lines = (tmp_path / "log").read_text().splitlines()
        assert all("--require-hashes" in line for line in lines if line != "venv")
        return [short(line) for line in lines] if done.returncode == 0 else None

    run.folder = tmp_path
    return run


def short(line):
    """The subcommand of pip and the files that it was given."""
    words = re.findall(r"\b(?:install|download)\b|(?<=requirements/)[\w-]+(?=\.txt)", line)
    return " ".join(words) or line


def test_setup_installs_what_repro_needs_once(made):
    assert made("setup") == RUN
    assert made("setup") == []


def test_where_there_is_no_torch_without_cuda_what_it_wants_comes_with_it(made):
    others = ["venv", "install torch", "install run cuda", "install run-no-deps"]
    assert made("setup", fail="torch-cpu", cuda="-r requirements/cuda.txt") == others


@pytest.mark.parametrize("first", ["setup", "cluster"])
def test_tools_come_on_top_in_any_order(made, first):
    more = {"setup": [], "cluster": ["download cluster", "install cluster"]}[first]
    assert made(first) == [*RUN, *more]
    assert made("lint") == MORE
    assert [made(target) for target in (first, "setup", "lint")] == [[], [], []]


def test_tools_first(made):
    assert made("lint") == RUN + MORE
    assert made("setup") == []


def test_a_download_that_fails_leaves_what_is_there(made):
    made("setup")
    assert made("lint", fail="download") is None
    assert made("setup") == []
    assert made("lint") == MORE


@pytest.mark.parametrize("step", ["run.txt", "run-no-deps.txt", "--no-index"])
def test_an_installation_that_was_interrupted_is_done_again(made, step):
    assert made("lint", fail=step) is None
    assert made("setup") == RUN
    assert made("lint") == MORE


def test_a_changed_lock_is_installed(made):
    made("lint")
    later = (made.folder / ".venv/.tools").stat().st_mtime + 10
    os.utime(made.folder / "requirements/test.txt", (later, later))
    assert made("setup") == []
    assert made("lint") == MORE
    os.utime(made.folder / "requirements/run.txt", (later, later))
    assert made("lint") == RUN + MORE
