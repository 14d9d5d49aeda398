"""Runs commands in forks of a process that has imported what takes seconds: a test that starts a stage as DVC
does waits for the stage alone.

    warm = Warm()
    done = warm.run("stages.noise.gaussian", "1", cwd=folder)          # as by `python -m` in that folder

A fork imports our modules itself, has no thread but its own and the environment that the test has then.
"""

import json
import os
import runpy
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAVY = "numpy", "torch", "pydantic", "ruamel.yaml", "safetensors.torch", "matplotlib.figure", "scipy.stats"


class Warm:
    """The process that is forked, started when it is needed first."""

    def __init__(self):
        self._server = None

    def run(self, module, *words, cwd):
        """What a command left, as `subprocess.run` says it."""
        if self._server is None:
            command = [sys.executable, "-m", "tests.warm"]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            self._server = subprocess.Popen(command, cwd=ROOT, encoding="utf-8", **pipes)
        with tempfile.TemporaryDirectory() as folder:
            files = [os.devnull, f"{folder}/out", f"{folder}/err"]
            request = [module, words, str(cwd), dict(os.environ), files]
            print(json.dumps(request), file=self._server.stdin, flush=True)
            status = int(self._server.stdout.readline())
            out, err = (Path(file).read_text(encoding="utf-8") for file in files[1:])
        return subprocess.CompletedProcess([module, *words], status, out, err)

    def close(self):
        if self._server:
            self._server.communicate()


def serve():
    """Forks for every line of stdin, and answers with the exit status."""
    for name in HEAVY:
        __import__(name)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(status_of(*json.loads(line)))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    os._exit(0)                                              # taking torch apart would take seconds


def status_of(module, words, cwd, env, files):
    """Runs a module as `python -m` does; its exit status."""
    for number, file in enumerate(files):
        os.dup2(os.open(file, os.O_RDWR | os.O_CREAT), number)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv, sys.path[0] = [module, *words], str(ROOT)
    status = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return status


if __name__ == "__main__":
    serve()
