"""A process that outlives ours for a moment: if we are killed, it ends the process groups that we started.

It reads from us `+<group>` and `-<group>`, one a line. When the pipe ends without our having ended well, it
sends SIGTERM to the groups that are left, and SIGKILL some seconds later. Run as a program, this file needs
nothing but the standard library, which makes it start in a few hundredths of a second.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

PATIENCE = 5.0                                               # seconds from SIGTERM to SIGKILL
_lock = threading.Lock()
_guard = None


@contextmanager
def guarded(group):
    """Inside, a process group is ended when this process dies, of whatever."""
    _tell(f"+{group}")
    try:
        yield
    finally:
        _tell(f"-{group}")


def _tell(line):
    global _guard
    with _lock:
        if _guard is None:
            command = [sys.executable, "-IS", __file__]
            _guard = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
        _guard.stdin.write(f"{line}\n".encode())
        _guard.stdin.flush()


def dismiss():
    """Ends the guard, when there is nothing left to watch over."""
    global _guard
    with _lock:
        if _guard:
            _guard.stdin.close()
            _guard.wait()
            _guard = None


def left(lines):
    """The groups that were announced and not taken back."""
    groups = set()
    for line in lines:
        (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    return groups


def alive(groups):
    found = set()
    for group in groups:
        try:
            os.killpg(group, 0)
            found.add(group)
        except (ProcessLookupError, PermissionError):
            pass
    return found


def kill(groups, sign):
    for group in alive(groups):
        os.killpg(group, sign)


if __name__ == "__main__":
    rest = left(sys.stdin)
    kill(rest, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while alive(rest) and time.monotonic() < deadline:
        time.sleep(0.05)
    kill(rest, signal.SIGKILL)
