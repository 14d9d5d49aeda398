"""What a run does on a terminal's command line: targets, failures, signals, logs."""

import io
import signal
import subprocess
import sys
import time
from contextlib import chdir

import psutil
import pytest
from dvc.exceptions import DvcException
from dvc.repo import Repo

from pipeline.runner.run import Run, Stopped
from tests.pipeline.runner.conftest import ENVIRONMENT, until

CHAIN = """\
stages:
  first:
    cmd: echo 1 > first.txt
    deps: [source.txt]
    outs: [first.txt]
  second:
    cmd: cat first.txt first.txt > second.txt
    deps: [first.txt]
    outs: [second.txt]
  third:
    cmd: cat second.txt second.txt > third.txt
    deps: [second.txt]
    outs: [third.txt]
  other:
    cmd: cat source.txt > other.txt
    deps: [source.txt]
    outs: [other.txt]
"""
FAILS = CHAIN.replace("cat first.txt first.txt > second.txt", "echo about to fail; exit 3")
LARGE = """\
stages:
  large:
    cmd: ulimit -f unlimited; head -c 3000000 /dev/zero > large.txt
    outs: [large.txt]
  small:
    cmd: sleep 1; cat source.txt > small.txt
    deps: [source.txt]
    outs: [small.txt]
"""
LIMITED = """\
from resource import RLIMIT_FSIZE, RLIM_INFINITY, setrlimit
from pipeline.runner.__main__ import main
setrlimit(RLIMIT_FSIZE, (10**6, RLIM_INFINITY))
main()
"""
SLEEPS = """\
stages:
  quick:
    cmd: echo 1 > quick.txt
    deps: [source.txt]
    outs: [quick.txt]
  slow:
    cmd: touch ../started; sleep 600 & sleep 600; echo 1 > slow.txt
    deps: [source.txt, quick.txt]
    outs: [slow.txt]
"""


@pytest.fixture
def project(make):
    return lambda pipeline, **files: make({"dvc.yaml": pipeline, "source.txt": "1\n"} | files)


def started(project, *words):
    """Our command in a process of its own."""
    command = [sys.executable, "-m", "pipeline.runner", *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=project.folder, env=ENVIRONMENT, text=True, **pipes)


def command(project, *words):
    """Exit status and all that our command prints."""
    process = started(project, *words)
    out, err = process.communicate(timeout=60)
    return process.returncode, out + err


def children_in(folder):
    """Processes that work in a folder."""
    def there(process):
        try:
            return process.cwd() == str(folder) and process.status() != psutil.STATUS_ZOMBIE
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return False

    return [process for process in psutil.process_iter() if there(process)]


@pytest.mark.parametrize(("targets", "options", "ran"), [
    (["second"], {}, {"first", "second"}),
    (["third"], {"single_item": True}, set()),
    (["first"], {"downstream": True}, {"first", "second", "third"}),
    (["third", "second", "first"], {"single_item": True}, {"first"}),
])
def test_targets_mean_what_they_mean_to_dvc(project, make, targets, options, ran):
    """The oracle is `dvc repro` in a second project; `ran` is by hand."""
    ours = project(CHAIN)
    theirs = make({"dvc.yaml": CHAIN, "source.txt": "1\n"}, "theirs")
    run = ours.by_us(targets, keep_going=True, **options)
    try:
        theirs.by_dvc(targets, on_error="keep-going", **options)
    except DvcException:
        assert run.failed
    outs = {path.stem for path in ours.folder.glob("*.txt")} - {"source"}
    assert outs == {path.stem for path in theirs.folder.glob("*.txt")} - {"source"} == ran


def test_a_failure_stops_all_but_what_runs(project):
    run = project(FAILS).by_us(jobs=1)
    assert set(run.failed) == {"second"}
    assert "exit status 3" in run.failed["second"]


def test_with_keep_going_it_stops_only_what_waits_for_it(project):
    one, said = project(FAILS), io.StringIO()
    run = one.by_us(jobs=1, keep_going=True, out=said)
    assert set(run.failed) == {"second"}
    assert (one.folder / "other.txt").exists()
    assert not (one.folder / "third.txt").exists()
    assert "not run, since second comes first: third" in said.getvalue()


def test_the_command_line_shows_what_a_failed_stage_printed_and_where(project):
    status, text = command(project(FAILS))
    assert status == 1
    assert "about to fail" in text
    assert text.rstrip().endswith("logs/second.log")


def test_an_output_that_a_command_did_not_write_is_a_failure(project):
    run = project(CHAIN.replace("echo 1 > first.txt", "echo 1")).by_us()
    assert "first.txt" in run.failed["first"]
    assert "does not exist" in run.failed["first"]


def test_a_missing_dependency_is_a_failure(make):
    run = make({"dvc.yaml": CHAIN}).by_us(keep_going=True)
    assert set(run.failed) == {"first", "other"}
    assert "source.txt" in run.failed["first"]


def test_a_result_that_cannot_be_saved_is_a_failure_and_loses_nothing_else(project):
    """As on a full disk: our process, not the commands, may write no file of more than a megabyte."""
    demo = project(LARGE)
    with chdir(demo.folder):
        words = [sys.executable, "-c", LIMITED, "--keep-going", "--jobs=2"]
        done = subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "File too large" in done.stdout + done.stderr
    assert done.stderr.strip().splitlines()[-1].startswith("failed: large; what large printed is in ")
    assert set(demo.status()) == {"large"}
    assert demo.by_us().ran == 1
    assert demo.status() == {}


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_ends_children_and_keeps_what_is_finished(project, sign, tmp_path):
    one = project(SLEEPS)
    process = started(one)
    until((tmp_path / "started").exists)
    process.send_signal(sign)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopped by" in err
    assert children_in(one.folder) == []
    assert "quick" in (one.folder / "dvc.lock").read_text()
    assert set(one.status()) == {"slow"}


def test_a_reader_that_goes_ends_a_run_which_keeps_what_is_finished(project, tmp_path):
    one = project(SLEEPS.replace("sleep 600 & sleep 600", "while test ! -e ../go; do sleep 0.1; done"))
    process = started(one)
    until(lambda: "quick: done" in process.stdout.readline())
    until((tmp_path / "started").exists)
    process.stdout.close()
    (tmp_path / "go").touch()
    assert process.wait(timeout=60) == 1
    assert process.stderr.read() == ""
    process.stderr.close()
    assert one.status() == {}


def test_data_that_dvc_add_wrote_may_come_before_stages(project):
    one = project(CHAIN)
    with chdir(one.folder), Repo() as repo:
        repo.add("source.txt")
    assert one.by_us().ran == 4
    one.edit({"source.txt": "2\n"})
    assert not one.by_us().failed
    assert one.status() == {}


def test_a_stop_before_a_result_is_saved_does_not_lose_it(project, monkeypatch):
    heard = Run._heard

    def stopped_then(run, kind, name, what):
        heard(run, kind, name, what)
        if kind == "ended":
            run._stop(signal.SIGTERM, None)

    monkeypatch.setattr(Run, "_heard", stopped_then)
    one = project(CHAIN)
    with pytest.raises(Stopped):
        one.by_us(["third"], jobs=1)
    assert set(one.status(["third"])) == {"third"}
    assert set(one.status(["second"])) == {"second"}
    assert one.status(["first"]) == {}


def test_a_killed_runner_leaves_no_children_and_loses_nothing(project, tmp_path):
    one = project(SLEEPS)
    process = started(one)
    until((tmp_path / "started").exists)
    process.kill()
    process.communicate(timeout=60)
    until(lambda: children_in(one.folder) == [])
    one.edit({"dvc.yaml": SLEEPS.replace("sleep 600 & sleep 600; ", "")})
    run = one.by_us()
    assert not run.failed
    assert run.ran == 1
    assert one.status() == {}


def test_a_runner_that_was_suspended_goes_on(project, tmp_path, monkeypatch):
    """As on a laptop that sleeps, for longer than dask has patience with its workers."""
    monkeypatch.setitem(ENVIRONMENT, "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL", "1s")
    one = project(SLEEPS.replace("sleep 600 & sleep 600", "sleep 15"))
    process = started(one)
    until((tmp_path / "started").exists)
    process.send_signal(signal.SIGSTOP)
    time.sleep(10)
    process.send_signal(signal.SIGCONT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "run again" not in out
    assert one.status() == {}


def test_other_dvc_commands_work_meanwhile(project, tmp_path):
    one = project(SLEEPS)
    process = started(one)
    until((tmp_path / "started").exists)
    try:
        assert one.status(["quick"]) == {}
        two = command(one)
        assert two[0] == 1
        assert "another runner" in two[1]
    finally:
        process.terminate()
        process.communicate(timeout=60)


@pytest.mark.parametrize(("change", "words", "says"), [
    ({}, ["nothing"], "'nothing' not found"),
    ({}, ["secnd"], "did you mean second?"),
    ({}, ["second@1"], "did you mean second?"),
    ({"dvc.yaml": CHAIN.replace("[source.txt]", "[third.txt]", 1)}, [], "both a dependency and an output"),
    ({}, ["--jobs", "0"], "--jobs is 0"),
    ({"dvc.yaml": CHAIN + "    meta: {needs: {cores: 64}}\n"}, ["--jobs", "2"], "needs 64 cores"),
    ({"dvc.yaml": CHAIN + "    meta: {needs: {core: 1}}\n"}, [], "cores, memory, gpus"),
    ({"dvc.yaml": CHAIN + "    meta: {needs: {gpus: -0.2}}\n"}, [], "cores, memory, gpus"),
    ({"dvc.yaml": CHAIN + "    meta: {needs: {gpus: 1.5}}\n"}, [], "gpus` is 1.5: it takes a share of one"),
    ({}, ["--gpus", "-1"], "--gpus is -1: give 0"),
    ({}, ["--gpus", "1"], "--gpus is 1, but there is no GPU"),
    ({}, ["--gpus", "1", "--cluster", "tcp://127.0.0.1:9"], "--gpus is for this machine"),
])
def test_bad_input_is_one_clear_line(project, change, words, says):
    one = project(CHAIN)
    one.edit(change)
    status, text = command(one, *words)
    assert status == 1
    assert says in text
    assert "Traceback" not in text


def test_a_stage_that_can_use_a_gpu_runs_without(project):
    run = project(CHAIN + "    meta: {needs: {gpus: 1}}\n").by_us(["other"])
    assert not run.failed
    assert run.ran == 1


def test_a_dry_run_shows_what_would_be_run(project):
    one = project(CHAIN)
    assert dry(one) == ["first", "other", "second", "third"], "nothing was ever run"
    one.by_us()
    assert dry(one) == []
    assert dry(one, "--force", "third") == ["first", "second", "third"]
    one.edit({"dvc.yaml": CHAIN.replace("cat first.txt first.txt", "cat first.txt")})
    assert dry(one) == ["second", "third"], "what follows is shown too"
    assert dry(one, "second") == ["second"]
    assert dry(one, "--single-item", "third") == []
    assert one.by_us().ran == 2
    one.edit({"first.txt": None})
    assert dry(one) == ["first", "second", "third"]
    assert dry(one, "--pull") == [], "what is gone is taken to be in the remote"


def test_a_dry_run_goes_on_past_a_frozen_stage_as_a_run_does(project):
    frozen = CHAIN.replace("outs: [second.txt]", "outs: [second.txt]\n    frozen: true")
    one = project(CHAIN)
    one.by_us()
    one.edit({"dvc.yaml": frozen.replace("echo 1", "echo 2")})
    assert dry(one) == ["first"]
    assert one.by_us().ran == 1


def dry(project, *words):
    """The stages that a dry run shows, sorted; it changes no file."""
    before = project.kept()
    status, text = command(project, "--dry", *words)
    *shown, summary = text.splitlines()
    assert status == 0
    assert summary.startswith(f"{len(shown)} of ")
    assert project.kept() == before
    return sorted(shown)


def test_stages_of_a_level_run_at_the_same_time(make):
    """Each waits for the other's file: one after the other they would fail."""
    wait = "for i in $(seq 200); do test -e {other} && exit 0; sleep 0.05; done; exit 1"
    lines = ["stages:"]
    for name, other in ("a", "b"), ("b", "a"):
        lines += [f"  {name}:", f"    cmd: touch {name}; {wait.format(other=other)}"]
        lines += ["    deps: [source.txt]", f"    outs: [{name}]"]
    one = make({"dvc.yaml": "\n".join(lines), "source.txt": ""})
    assert not one.by_us(jobs=2).failed


def test_pull_restores_what_the_remote_has(project, make, tmp_path):
    """Of a project whose results were pushed, in a clone without dvc.lock."""
    remote = f"[core]\n    remote = storage\n['remote \"storage\"']\n    url = {tmp_path / 'remote'}\n"
    one = project(CHAIN, **{".dvc/config": remote})
    one.by_us()
    with chdir(one.folder), Repo() as repo:
        repo.push(run_cache=True)
    two = make({"dvc.yaml": CHAIN, "source.txt": "1\n", ".dvc/config": remote}, "two")
    assert two.by_us(pull=True).ran == 0
    assert (two.folder / "third.txt").read_text() == "1\n" * 4
    assert (two.folder / "dvc.lock").read_bytes() == (one.folder / "dvc.lock").read_bytes()
