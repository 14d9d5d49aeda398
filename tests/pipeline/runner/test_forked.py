"""A stage that was forked from the warm process against one that is a process of its own."""

import os
import re
import resource
import shutil
import signal
import subprocess
import threading

import psutil
import pytest
from dvc.stage.run import _make_cmd

from pipeline.runner import forked
from pipeline.runner.commands import execute
from tests.pipeline.runner.conftest import ROOT, until
from tests.pipeline.runner.test_clusters import cluster  # noqa: F401
from tests.pipeline.runner.test_run import children_in, started

pytestmark = pytest.mark.slow
SHELL = shutil.which("bash")         # becomes its last command; dash waits for it and speaks of its end
FACTS = """\
import gc, json, locale, logging, os, resource, signal, socket, sys, threading, warnings
import torch
def target(number):
    try:
        return os.readlink(f"/proc/self/fd/{number}")
    except OSError:
        return None
status = dict(line[:-1].split(":\\t", 1) for line in open("/proc/self/status") if ":\\t" in line)
main = sys.modules["__main__"]
print(json.dumps({
    "arguments": [sys.argv, sys.orig_argv, sys.executable, sys.prefix],
    "main": [__name__, __file__, __package__, __spec__.name, main.__dict__ is globals(),
             sorted(vars(main).keys() - {"__annotations__"})],
    "interpreter": [str(sys.flags), sys.path, sys.warnoptions, sys.getrecursionlimit(), gc.get_threshold()],
    "ours": sorted(name for name in sys.modules if name.startswith(("stages", "pipeline"))),
    "environment": sorted(os.environ.items()),
    "folder": os.getcwd(),
    "limits": [resource.getrlimit(number) for number in range(16)],
    "cores": [sorted(os.sched_getaffinity(0)), os.getpriority(os.PRIO_PROCESS, 0)],
    "kernel": [status[name] for name in ("Umask", "SigBlk", "SigIgn", "SigCgt", "NoNewPrivs")],
    "session": os.getsid(0) == os.getpgrp() and os.getsid(0) in (os.getpid(), os.getppid()),
    "handlers": [str(signal.getsignal(one)).split(" at ")[0] for one in sorted(signal.valid_signals())],
    "files": [target(number) for number in range(100)],
    "streams": [[one.encoding, one.errors, one.line_buffering, one.write_through]
                for one in (sys.stdin, sys.stdout, sys.stderr)],
    "hooks": [sys.excepthook is sys.__excepthook__, threading.active_count(), logging.root.handlers],
    "torch": [torch.get_num_threads(), str(torch.get_default_dtype()), torch.is_grad_enabled(),
              torch.are_deterministic_algorithms_enabled()],
}, indent=1))
"""
TRAINS = """\
import torch
from stages.core.compute import start
from stages.core.files import save
from stages.core.nets import ResNet
rng = start(seed=1)
net = ResNet(8, 4, 10, [0.5] * 3, [0.5] * 3)
optimizer = torch.optim.SGD(net.parameters(), 0.1, 0.9)
for _ in range(3):
    optimizer.zero_grad()
    x, y = torch.rand(16, 3, 32, 32, generator=rng), torch.randint(10, (16,), generator=rng)
    torch.nn.functional.cross_entropy(net(x), y).backward()
    optimizer.step()
save("weights.safetensors", net.state_dict())
"""
MODULES = {
    "facts": FACTS,
    "trains": TRAINS,
    "status": "import sys\nprint('before')\nsys.exit(3)\n",
    "large_status": "import sys\nsys.exit(259)\n",
    "words": "import sys\nsys.exit('no good')\n",
    "fails": "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('x') from error\n",
    "interrupted": "raise KeyboardInterrupt\n",
    "killed": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n",
    "terminated": "import os, signal\nprint('x', end='')\nos.kill(os.getpid(), signal.SIGTERM)\n",
    "closed": "import os\nos.close(1)\nprint('to nobody')\n",
    "closes": "import sys\nprint('x')\nsys.stdout.close()\n",
    "syntax": "def\n",
    "ends": """\
import atexit, threading, time
file = open("left_open.txt", "w")
file.write("all of it")
def holds_the_file_in_a_cycle(): return file
atexit.register(print, "at exit")
threading.Thread(target=lambda: (time.sleep(0.3), print("late"))).start()
""",
    "full": """\
import os, sys
sys.stdout = open(os.open("/dev/full", os.O_WRONLY), "w")
print("lost")
""",
    "draws": """\
import random, numpy, torch
print(random.random(), numpy.random.rand(), float(torch.rand(1)))
""",
    "variable": "import os\nprint(os.environ['SOME_VARIABLE'])\n",
    "source": "from stages.other import number\nprint(number)\n",
    "other": "number = 1\n",
    "parent": """\
import os
open("parent.txt", "w").write("1")
print(open(f"/proc/{os.getppid()}/cmdline").read())
""",
    "leaves": """\
import subprocess
print(subprocess.Popen(["sleep", "600"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).pid)
""",
    "slow": """\
import os, subprocess, time
subprocess.Popen(["sleep", "600"])
open("slow.txt", "w").write(str(os.getpid()))
while not os.path.exists("go"):
    time.sleep(0.05)
os._exit(4)
""",
}
OURS = (
    "stages/__init__.py", "stages/core", "pipeline", "params.yaml", "requirements",
)
PIPELINE = """\
stages:
  {name}:
    cmd: python -m stages.{name}
    deps: [stages/{name}.py]
    outs: [{name}.txt]
"""


def with_stages(folder):
    """Puts stages of a test beside ours into a folder."""
    (folder / "stages").mkdir()
    for name in OURS:
        (folder / name).symlink_to(ROOT / name)
    for name, text in MODULES.items():
        (folder / f"stages/{name}.py").write_text(text)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    yield with_stages(tmp_path_factory.mktemp("forked"))
    forked.dismiss()


def command(folder, line):
    """A command as the runner has it, of no stage, which may read all parameters."""
    env = os.environ | {"DVC_STAGE": "", "DVC_ROOT": str(folder), "PYTEST_CURRENT_TEST": ""}
    return {"args": _make_cmd(SHELL, line), "cwd": folder, "env": env}


def run(folder, module, **options):
    """Exit status of a stage, and what it printed."""
    outcome = execute([command(folder, f"python -m stages.{module}")], folder / "log", **options)
    return outcome.status, (folder / "log").read_text()


def run_anew(folder, module):
    """The same in a process of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forked, "PLAIN", re.compile("never"))
        return run(folder, module)


def run_forked(folder, module):
    """The same where no process can be made but by a fork of one that is there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "Popen", None)
        return run(folder, module)


@pytest.fixture
def warm(folder):
    """A warm process that is ready, in `folder`."""
    until(lambda: "pipeline.runner.warm" in run(folder, "parent")[1])
    return forked._warm.process


@pytest.mark.parametrize("module", [
    "status", "large_status", "words", "fails", "interrupted", "killed", "terminated", "closed", "closes",
    "syntax", "ends", "absent", "core.absent",
])
def test_a_forked_stage_is_as_in_a_process_of_its_own(folder, warm, module):
    assert run_forked(folder, module) == run_anew(folder, module)


def test_a_forked_stage_finds_what_it_finds_in_a_process_of_its_own(folder, warm):
    own = run_anew(folder, "facts one two=2")
    assert own[0] == 0
    assert run_forked(folder, "facts one two=2") == own


def test_a_stage_whose_last_words_are_lost_ends_with_the_same_status(folder, warm):
    assert run_forked(folder, "full")[0] == run_anew(folder, "full")[0] != 0


def test_what_a_stage_leaves_open_is_written(folder, warm):
    (folder / "left_open.txt").unlink(missing_ok=True)
    assert run_forked(folder, "ends") == (0, "late\nat exit\n")
    assert (folder / "left_open.txt").read_text() == "all of it"


def test_a_training_ends_in_the_same_weights(folder, warm):
    weights = []
    for way in run_forked, run_anew:
        assert way(folder, "trains") == (0, "")
        weights.append((folder / "weights.safetensors").read_bytes())
        (folder / "weights.safetensors").unlink()
    assert weights[0] == weights[1]


def test_what_is_drawn_without_a_seed_differs_between_stages(folder, warm):
    one, other = (run_forked(folder, "draws")[1].split() for _ in range(2))
    assert len({*one, *other}) == 6


def test_a_stage_reads_its_source_as_it_is(folder, warm):
    assert run_forked(folder, "source") == (0, "1\n")
    (folder / "stages/other.py").write_text("number = 22\n")
    (folder / "stages/new.py").write_text("print('new')\n")
    assert run_forked(folder, "source") == (0, "22\n")
    assert run_forked(folder, "new") == (0, "new\n")


def test_a_process_that_a_stage_leaves_behind_is_left(folder, warm):
    status, text = run_forked(folder, "leaves")
    left = psutil.Process(int(text))
    assert status == 0
    assert left.name() == "sleep"
    left.kill()


@pytest.fixture
def slow(folder, warm):
    """A stage with a child that runs until `go` is there, the process, and its outcome when it has ended."""
    for name in "slow.txt", "go":
        (folder / name).unlink(missing_ok=True)
    ends, stop = [], threading.Event()
    thread = threading.Thread(
        target=lambda: ends.append(run(folder, "slow", wanted=lambda: not stop.is_set()))
    )
    thread.start()
    until(lambda: (folder / "slow.txt").exists() and (folder / "slow.txt").read_text())
    yield psutil.Process(int((folder / "slow.txt").read_text())), ends, stop
    (folder / "go").touch()
    thread.join()
    for one in children_in(folder):
        if one.name() == "sleep":
            one.kill()


def test_a_stage_that_nobody_wants_is_ended_with_its_children(slow):
    process, ends, stop = slow
    child, = process.children()
    stop.set()
    until(lambda: ends)
    assert ends[0][0] is None
    assert not process.is_running()
    assert not child.is_running()


def test_a_stage_outlives_the_warm_process_and_the_next_ones_start_anew(folder, warm, slow):
    warm.kill()
    warm.wait()
    assert "pipeline.runner.warm" not in run(folder, "parent")[1]
    (folder / "go").touch()
    until(lambda: slow[1])
    assert slow[1][0][0] == 4
    until(lambda: "pipeline.runner.warm" in run(folder, "parent")[1])


def test_a_stage_of_which_nothing_will_be_heard_is_ended(slow):
    process, ends, _ = slow
    child, = process.children()
    process.parent().kill()
    until(lambda: ends)
    assert ends[0][0] == -signal.SIGKILL
    until(lambda: not (process.is_running() or child.is_running()))


@pytest.mark.parametrize("line", [
    "python -m stages.a && python -m stages.b", "python -m stages.a > b", "python -m stages.a '1 2'",
    "python -m stages.a $HOME", "python -m stages.a ~", "python -m stages.a *", "python -m stages.a\n",
    "python -O -m stages.a", "python -m stages", "python -m other.a", "A=1 python -m stages.a", "echo",
])
def test_other_commands_are_not_forked(tmp_path, line, monkeypatch):
    monkeypatch.setattr(forked, "inherited", None)           # what is called next
    assert forked.forked(command(tmp_path, line), None) is None
    with pytest.raises(TypeError):
        forked.forked(command(tmp_path, "python -m stages.a.b c=1 --d e/f.txt"), None)


@pytest.mark.parametrize("change", ["environment", "limit", "cores", "mask", "folder"])
def test_whatever_a_process_inherits_counts(folder, change, monkeypatch):
    def kind(where=folder):
        return forked.inherited(command(where, "python -m stages.a"))

    before, cores = kind(), os.sched_getaffinity(0)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    mask = os.umask(0o022)
    try:
        if change == "environment":
            monkeypatch.setenv("OMP_NUM_THREADS", "7")
        elif change == "limit":
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft - 1, hard))
        elif change == "cores":
            os.sched_setaffinity(0, {min(cores)})
        else:
            os.umask(0o077)
        assert kind(folder / "stages" if change == "folder" else folder) != before
    finally:
        os.umask(mask)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        os.sched_setaffinity(0, cores)


def test_a_stage_has_the_environment_of_now(folder, warm, monkeypatch):
    monkeypatch.setenv("SOME_VARIABLE", "new")
    assert run(folder, "variable") == (0, "new\n")
    assert warm.poll() is not None


@pytest.mark.parametrize(("cuda", "state"), [(True, "useless"), (False, "ready")])
def test_where_there_is_a_gpu_stages_are_not_forked(folder, tmp_path, monkeypatch, cuda, state):
    """A folder that Python searches first has a torch that finds one, or none."""
    (tmp_path / "torch.py").write_text(
        f"from numpy import random as default_generator\nclass cuda:\n    is_available = lambda: {cuda}\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    forked.dismiss()
    run(folder, "parent")
    one = forked._warm
    until(lambda: one.ready() or one.state != "loads")
    assert one.state == state
    assert ("pipeline.runner.warm" in run(folder, "parent")[1]) == (state == "ready")
    assert forked._warm is one                               # it is not tried again and again
    forked.dismiss()


def parents(project):
    """Who ran the stage `parent`, when it was last run."""
    return (project.folder.parent / "logs/parent.log").read_text()


def test_the_runner_forks_stages_and_leaves_what_dvc_leaves(make, monkeypatch):
    ours, theirs = (make({"dvc.yaml": PIPELINE.format(name="parent")}, name) for name in ("ours", "theirs"))
    for one in ours, theirs:
        with_stages(one.folder)
    forked.dismiss()
    monkeypatch.setattr(forked, "dismiss", lambda: None)     # it lives on from run to run
    until(lambda: not ours.by_us(force=True).failed and "pipeline.runner.warm" in parents(ours))
    monkeypatch.undo()
    forked.dismiss()
    theirs.by_dvc()
    assert ours.files()["dvc.lock"] == theirs.files()["dvc.lock"]


def test_workers_fork_stages(make, cluster):  # noqa: F811
    ours = make({"dvc.yaml": PIPELINE.format(name="parent")})
    cluster.worker(with_stages(ours.folder))
    until(lambda: not ours.by_us(force=True, cluster=cluster.address).failed
          and "pipeline.runner.warm" in parents(ours))


def test_a_runner_that_is_killed_leaves_no_warm_process(make):
    one = make({"dvc.yaml": PIPELINE.format(name="slow")})
    with_stages(one.folder)
    process = started(one)
    until((one.folder / "slow.txt").exists)
    process.kill()
    process.communicate(timeout=60)
    until(lambda: children_in(one.folder) == [])
