"""A bar on a terminal, lines elsewhere; the rows pass through unchanged."""

import os
import pty
import subprocess
import sys
import termios

from stages.core.progress import progress

ROWS = [{"epoch": 1, "train_loss": 2.0}, {"epoch": 2, "train_loss": 1.5}]


def test_lines(capsys):
    assert list(progress(iter(ROWS), 2, "sgd, seed 1")) == ROWS
    assert capsys.readouterr().out.splitlines() == [
        "sgd, seed 1: epoch 1 of 2: train_loss 2", "sgd, seed 1: epoch 2 of 2: train_loss 1.5",
    ]


def test_a_bar_on_a_terminal(root):
    code = f"from stages.core.progress import progress; list(progress({ROWS!r}, 2, 'sgd'))"
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=root, stderr=theirs, stdout=subprocess.PIPE, text=True)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert done.stdout == ""
    assert "2/2" in shown
    assert "train_loss=1.5" in shown
