"""How long a stage takes that does nothing but import what a training imports: in a new process, and forked
from the warm one (pipeline/runner/warm.py).
"""

import os
import statistics
import subprocess
import time

from dvc.stage.run import _make_cmd, get_executable

from pipeline.runner.forked import dismiss, forked

LINE = "python -m stages.noise.recipe"
ROUNDS = 9


def section():
    """The section of docs/benchmarks.md."""
    env = os.environ | {"DVC_STAGE": "", "PYTHONUNBUFFERED": "1"}
    command = {"args": _make_cmd(get_executable(), LINE), "cwd": os.getcwd(), "env": env}
    new = [timed(lambda: subprocess.run(**command, check=True)) for _ in range(ROUNDS)]
    with open(os.devnull, "wb") as output:
        while not (process := forked(command, output)):      # it is not ready
            time.sleep(0.1)
        process.wait()
        warm = [timed(lambda: forked(command, output).wait()) for _ in range(ROUNDS)]
    dismiss()
    rows = {"a new process": new, "forked from the warm one": warm}
    print(", ".join(f"{name} {statistics.median(found):.2f} s" for name, found in rows.items()), flush=True)
    return [
        "## A stage's start", "",
        f"`{LINE}` imports what a training imports and ends: medians, and the longest of {ROUNDS}.", "",
        "| way | seconds | longest |", "|---|---:|---:|",
        *(f"| {name} | {statistics.median(found):.2f} | {max(found):.2f} |" for name, found in rows.items()),
        "",
    ]


def timed(act):
    """How many seconds `act()` takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
