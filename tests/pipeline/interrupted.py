"""Runs a stage once whole and once killed again and again, and compares what it leaves, byte by byte.

python tests/pipeline/interrupted.py STAGE COMMAND FILES, in the folder of a pipeline. The first kill comes
right after a checkpoint, so that there is one to go on from; the others at any moment.
"""

import hashlib
import importlib
import os
import random
import shlex
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, os.getcwd())

from stages.core import checkpoint
from stages.core.stage import main

KILLS = 3


def attempt(run, die):
    """Runs the stage in a process of its own, in which `die` is called first; its exit code."""
    pid = os.fork()
    if pid == 0:
        die()
        main(run)
        sys.stdout.flush()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def after_a_checkpoint():
    write = checkpoint.write

    def write_and_die(path, content):
        write(path, content)
        os.kill(os.getpid(), signal.SIGKILL)

    checkpoint.write = write_and_die


def within(seconds):
    """The kernel ends the process, unasked, somewhere in its first `seconds`."""
    return lambda: signal.setitimer(signal.ITIMER_REAL, random.uniform(0.001, seconds))


def content(names):
    """The hash of every file below the outputs `names`, which are removed."""
    found = {}
    for name in names:
        paths = sorted(Path(name).rglob("*")) if Path(name).is_dir() else [Path(name)]
        for path in paths:
            if path.is_file():
                found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
                path.unlink()
    return found


def compare(stage, command, names):
    """Says how often the stage was killed, and which files differ."""
    _, _, module, *words = shlex.split(command)
    os.environ["DVC_STAGE"] = stage
    sys.argv = [module, *words]
    run = importlib.import_module(module).run
    checkpoint.SECONDS = 0
    content(names)                                           # what DVC would remove
    began = time.monotonic()
    assert attempt(run, lambda: None) == 0
    seconds, whole = time.monotonic() - began, content(names)
    codes = [attempt(run, after_a_checkpoint)]
    if codes == [0]:
        sys.exit(f"{stage}: trains nothing")
    for _ in range(KILLS - 1):
        content(names)
        codes.append(attempt(run, within(seconds)))
    content(names)
    assert attempt(run, lambda: None) == 0
    differ = [name for name, sums in content(names).items() if whole.pop(name, None) != sums]
    print(f"{stage}: ends {codes}, then: {', '.join(differ + list(whole)) or 'the same bytes'}")


if __name__ == "__main__":
    compare(sys.argv[1], sys.argv[2], sys.argv[3:])
