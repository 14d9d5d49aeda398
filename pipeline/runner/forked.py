"""Stages as forks of a warm process (warm.py), where a stage cannot tell that from a process of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
from contextlib import suppress

from pipeline.runner.warm import LONGEST, READY

# no word that a shell would make another of
PLAIN = re.compile(r"python -m stages(\.\w+)+( [\w./=@%+,:-]+)*")

_lock = threading.Lock()
_warm = None


def forked(command, output):
    """The process of a command, begun, as `subprocess.Popen` would; None if it takes one: for another command
    than `python -m stages.…`, and as long as there is no warm process.

    command  arguments of subprocess.Popen, by keyword
    output   file for all that it prints
    """
    global _warm
    if sys.platform != "linux" or not PLAIN.fullmatch(command["args"][-1]):
        return None
    with _lock:
        kind = inherited(command)
        if _warm and _warm.ready() and (_warm.kind != kind or _warm.process.poll() is not None):
            dismiss()
        if _warm is None:                                    # not either where one has proved useless
            _warm = Warm(command, kind)
        report = _warm.asked(command, output) if _warm.ready() else None
    return begun(report) if report else None


def inherited(command):
    """What a new process would get from this one, and what it would import; all but its stage's name."""
    import resource  # not on Windows

    with open("/proc/thread-self/status", encoding="utf-8") as file:
        kernel = [line for line in file if line.startswith(("Umask", "SigBlk", "SigIgn"))]
    limits = [name for name in dir(resource) if name.startswith("RLIMIT_")]
    return {
        "kernel": kernel,
        "shell": command["args"][:-1],
        "folder": command["cwd"],
        "environment": {name: text for name, text in command["env"].items() if name != "DVC_STAGE"},
        "limits": {name: resource.getrlimit(getattr(resource, name)) for name in limits},
        "cores": os.sched_getaffinity(0),
        "priority": os.getpriority(os.PRIO_PROCESS, 0),
        "packages": os.stat(sysconfig.get_path("purelib")).st_mtime_ns,
    }


class Warm:
    """A warm process for commands of one kind."""

    def __init__(self, command, kind):
        self.kind, self.state = kind, "loads"
        self.channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        words = f"python -m pipeline.runner.warm {theirs.fileno()}"
        env = {name: text for name, text in command["env"].items() if name != "DVC_STAGE"}
        null = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        with theirs:
            self.process = subprocess.Popen(
                **command | {"args": [*command["args"][:-1], words], "env": env}, **null,
                start_new_session=True, pass_fds=[theirs.fileno()],
            )

    def ready(self):
        """Whether it forks."""
        with suppress(BlockingIOError):
            if self.state == "loads":
                said = self.channel.recv(LONGEST, socket.MSG_DONTWAIT)
                self.state = "ready" if said == READY else "useless"
        return self.state == "ready"

    def asked(self, command, output):
        """A socket that tells what becomes of a command; it ends at once if this process is dead."""
        report, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        request = {"stage": command["env"]["DVC_STAGE"], "words": command["args"][-1].split()}
        files = [output.fileno(), theirs.fileno()]
        with theirs, suppress(OSError):
            socket.send_fds(self.channel, [json.dumps(request).encode()], files)
        return report

    def end(self):
        """Ends it; what was forked goes on."""
        self.channel.close()
        self.process.kill()
        self.process.wait()


def dismiss():
    """Ends the warm process, if there is one."""
    global _warm
    if _warm:
        _warm.end()
        _warm = None


def begun(report):
    """The process of which a report tells that it began; None if it tells nothing."""
    word, _, number = report.recv(LONGEST).partition(b" ")
    if word == b"began":
        return Forked(int(number), report)
    report.close()
    return None


class Forked:
    """A process that was forked for us, with as much of subprocess.Popen as we use."""

    def __init__(self, pid, report):
        self.pid, self.report, self.returncode = pid, report, None
        self._lock = threading.Lock()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.wait()
        self.report.close()

    def wait(self):
        """Waits for its end; its exit status."""
        with self._lock:
            if self.returncode is None:
                self.returncode = self._end()
        return self.returncode

    def poll(self):
        """Nothing to do: who forked it takes in its exit status at once."""

    def _end(self):
        word, _, number = self.report.recv(LONGEST).partition(b" ")
        if word == b"ended":
            return int(number)
        with suppress(ProcessLookupError):                   # whoever waited for it was killed
            os.killpg(self.pid, signal.SIGKILL)
        return -signal.SIGKILL
