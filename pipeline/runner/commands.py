"""Running the commands of a stage on a worker, in a process group of their own, into a log."""

import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import NamedTuple

from pipeline.runner.forked import forked
from pipeline.runner.guard import guarded

PATIENCE = 5.0                                               # seconds from SIGTERM to SIGKILL
LONGEST = 200                                                # bytes of a last line that are looked at


class Outcome(NamedTuple):
    """How commands ended.

    status   exit status: 0, or that of the first that failed; None if they were stopped
    seconds  how long they took
    printed  bytes that they printed, from a clone
    outputs  entries of dvc.lock, from a clone that has pushed them
    """

    status: int | None
    seconds: float
    printed: bytes | None = None
    outputs: list | None = None


def execute(commands, log, wanted=lambda: True, said=lambda line: None, environment=None):
    """Runs commands one after the other until one fails.

    commands     each as arguments of subprocess.Popen, by keyword
    log          file for all that they print
    wanted       asked all the time; when it says no, the running command and its children are ended
    said         told the last line of the log when it changes, at most once a second
    environment  variables on top of the commands' own
    """
    began = time.monotonic()
    Path(log).parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as output:
        for command in commands:
            env = command["env"] | {"PYTHONUNBUFFERED": "1"} | (environment or {})
            with begun(command | {"env": env}, output) as process, guarded(process.pid):
                status = ended(process, wanted, lambda: said(last_line(log)))
            if status != 0:
                return Outcome(status, time.monotonic() - began)
    return Outcome(0, time.monotonic() - began)


def begun(command, output):
    """The process of a command, in a session of its own, that prints into `output`."""
    return forked(command, output) or subprocess.Popen(
        **command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
    )


def ended(process, wanted, tick):
    """The exit status of a process; None if it was ended because nobody wants it any more."""
    over = threading.Event()
    threading.Thread(target=lambda: (process.wait(), over.set()), daemon=True).start()
    next_tick = time.monotonic() + 1.0
    while not over.wait(0.1):                                # process.wait(seconds) would notice late
        if not wanted():
            end(process)
            return None
        if time.monotonic() >= next_tick:
            tick()
            next_tick += 1.0
    return process.returncode


def end(process):
    """Ends a process and all of its group: asks, and after some seconds insists."""
    for sign in signal.SIGTERM, signal.SIGKILL:
        try:
            os.killpg(process.pid, sign)
            for _ in range(int(PATIENCE / 0.05)):
                process.poll()                               # a zombie would count as alive
                os.killpg(process.pid, 0)
                time.sleep(0.05)
        except ProcessLookupError:
            return


def last_line(log):
    """The last line that is not empty, as far as it is short."""
    with open(log, "rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - LONGEST))
        lines = file.read().decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
