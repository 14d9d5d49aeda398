"""What a run shows on a terminal."""

import os
import pty
import re
import subprocess
import sys
import threading

import pytest

from pipeline.runner.view import duration
from tests.pipeline.runner.conftest import ENVIRONMENT, until

PIPELINE = """\
stages:
  first:
    cmd: echo before; echo epoch 3 of 7; while test ! -e ../go; do sleep 0.1; done; echo 1 > first.txt
    outs: [first.txt]
  second:
    cmd: cat first.txt > second.txt
    deps: [first.txt]
    outs: [second.txt]
"""
CONTROL = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A terminal of 120 columns on which a command runs; `text` is what it has shown, controls left out."""

    def __init__(self, folder, *words):
        self.master, slave = pty.openpty()
        environment = ENVIRONMENT | {"TERM": "xterm", "COLUMNS": "120", "LINES": "40"}
        self.process = subprocess.Popen(words, cwd=folder, env=environment, stdout=slave, stderr=slave)
        os.close(slave)
        self.shown = b""
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        while True:
            try:
                data = os.read(self.master, 4096)
            except OSError:                                  # Linux's way to say that nobody writes any more
                data = b""
            if not data:
                return
            self.shown += data

    @property
    def text(self):
        return CONTROL.sub(b"", self.shown).decode(errors="replace")

    def end(self):
        """Waits for the command; its exit status."""
        status = self.process.wait(timeout=60)
        self.reader.join(timeout=60)
        os.close(self.master)
        return status


def test_a_terminal_shows_what_runs_for_how_long_what_it_says_and_what_is_left(make, tmp_path):
    terminal = Terminal(make({"dvc.yaml": PIPELINE}).folder, sys.executable, "-m", "pipeline.runner")
    try:
        until(lambda: "epoch 3 of 7" in terminal.text)
    finally:
        (tmp_path / "go").touch()
        status = terminal.end()
    assert status == 0, terminal.text
    assert re.search(r"first +\d+\.\d s of about \d+\.\d s +epoch 3 of 7", terminal.text)
    assert re.search(r"0 of 2 stages done; about .* left, until \d\d:\d\d", terminal.text)
    assert re.search(r"first: done in \d+\.\d s; 1 of 2 stages left", terminal.text)
    assert "2 of 2 stages run" in terminal.text


@pytest.mark.parametrize(("seconds", "words"), [
    (0.04, "0.0 s"), (59.9, "59.9 s"), (60, "1 min 0 s"), (125.4, "2 min 5 s"), (3840, "1 h 4 min"),
])
def test_durations(seconds, words):
    assert duration(seconds) == words
