"""Runs the stages of a kit (kit.py), in its folder. Neither DVC nor a network is needed, nor what ours needs.

    python -m pipeline.kit_run --jobs 16
"""

import argparse
import hashlib
import json
import os
import queue
import shutil
import signal
import sys
import threading
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pipeline.runner import forked, guard, machine
from pipeline.runner.commands import execute, last_line
from pipeline.runner.schedule import Resources, Schedule
from stages.core.errors import UserError
from stages.core.files import write, write_json
from stages.core.words import counted

KIT, DONE, LOGS, WHEELS = "kit.json", "done.json", "logs", "wheels"
PYTHON = Path(".dvc/tmp/bin/python")     # what stages' commands call python: the one that runs us
HERE = "this machine"


def parser():
    """The command line."""
    words = argparse.ArgumentParser(prog="python -m pipeline.kit_run", description=__doc__.split(" (")[0])
    cores = machine.cores()
    words.add_argument("-j", "--jobs", type=int, default=cores, help="cores to use; here: %(default)s")
    words.add_argument("--gpus", type=int, help="GPUs to use, 0 for none; default: all that are here")
    return words


def read_kit(folder):
    """What is in the kit in a folder."""
    try:
        kit = json.loads(Path(folder, KIT).read_text(encoding="utf-8"))
        if {"of", "given", "stages"} <= kit.keys():
            return kit
    except (OSError, ValueError, AttributeError):
        pass
    raise UserError(f"{folder} is no kit: it has no {KIT} that `python -m pipeline.kit pack` wrote")


def done_in(folder):
    """The stages of a kit that have succeeded, with the seconds that each took."""
    path = Path(folder, DONE)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def still_done(stages):
    """The stages noted as done whose results are there, if all that come first are such."""
    noted, found = done_in("."), {}
    for stage in stages:
        name = stage["name"]
        if name in noted and found.keys() >= {*stage["waits"]} and all(map(os.path.exists, stage["outs"])):
            found[name] = noted[name]
    return found


def changed(given, folder):
    """Those of the files and folders given to stages, with their hashes, that are otherwise in a folder."""
    return [path for path, known in given.items() if digest(Path(folder, path)) != known]


def digest(path):
    """A hash of a file's content or of all in a folder; None if there is neither."""
    if path.is_file():
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    if not path.is_dir():
        return None
    inside = {file.relative_to(path).as_posix(): digest(file) for file in path.rglob("*") if file.is_file()}
    return hashlib.sha256(json.dumps(inside, sort_keys=True).encode()).hexdigest()


def remove(path):
    """Removes a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def lacking(packages):
    """Those of some packages that are not installed."""
    def is_there(name):
        try:
            return bool(version(name))
        except PackageNotFoundError:
            return False

    return [name for name in packages if not is_there(name)]


class Run:
    """One run of the stages of a kit that are not done; what fails stops only what needs it.

    room  what this machine has, as Resources
    """

    def __init__(self, kit, room):
        self.stages, self.room = {stage["name"]: stage for stage in kit["stages"]}, room
        self.done, self.failed, self.ran = still_done(kit["stages"]), {}, 0
        write_json(DONE, self.done)
        self.events, self.stopped = queue.SimpleQueue(), threading.Event()
        waits = {name: stage["waits"] for name, stage in self.stages.items()}
        self.schedule = Schedule(waits, {name: stage["seconds"] for name, stage in self.stages.items()})
        self.schedule.join(HERE, room)

    def __call__(self):
        threads = []
        try:
            while self.schedule.left:
                self._look()
                for name, _ in self.schedule.starts():
                    threads.append(threading.Thread(target=self._do, args=(name,)))
                    threads[-1].start()
                if self.schedule.running:
                    self._ended(*self.events.get())
        finally:
            self.stopped.set()                               # ends what still runs
            for thread in threads:
                thread.join()

    def _look(self):
        """Queues what is ready, unless it is done."""
        while found := self.schedule.ready():
            for name in found:
                if name in self.done:
                    self.schedule.done(name)
                else:
                    self.schedule.queue(name, Resources(**self.stages[name]["needs"]))
        for name in self.schedule.too_large():
            wanted = self.schedule.needs(name)
            if wanted.gpus > self.room.gpus:
                self.schedule.queue(name, wanted._replace(gpus=0))
            else:
                self._fail(name, f"it needs {wanted}, and there are {self.room}: give more --jobs")

    def _do(self, name):
        """Runs a stage's commands, in a thread."""
        stage, folder = self.stages[name], Path.cwd()
        path = f"{folder / PYTHON.parent}{os.pathsep}{os.environ['PATH']}"
        env = os.environ | {"DVC_ROOT": str(folder), "DVC_STAGE": stage["stage"], "PATH": path}
        commands = [
            {"args": ["/bin/sh", "-c", line], "cwd": folder / stage["folder"], "env": env}
            for line in stage["commands"]
        ]
        try:
            shown = machine.shown(self.schedule.cards(name), self.schedule.needs(name).gpus)
            for out in stage["outs"]:
                remove(Path(out))
                Path(out).parent.mkdir(parents=True, exist_ok=True)
            wanted = lambda: not self.stopped.is_set()       # noqa: E731
            outcome = execute(commands, self.log(name), wanted, environment=shown)
        except Exception as error:                           # of whatever kind: told where it is awaited
            outcome = error
        self.events.put((name, outcome))

    def _ended(self, name, outcome):
        self.schedule.ended(name)
        if isinstance(outcome, Exception):
            self._fail(name, str(outcome))
        elif outcome.status != 0:
            self._fail(name, f"exit status {outcome.status}, {self.last_words(name)}")
        elif absent := [out for out in self.stages[name]["outs"] if not os.path.exists(out)]:
            self._fail(name, f"it did not write {', '.join(absent)}")
        else:
            self.ran += 1
            self.done[name] = round(outcome.seconds, 1)
            write_json(DONE, self.done)
            self.schedule.done(name)
            left = counted(len(self.schedule.left), "stage")
            print(f"{name}: done in {outcome.seconds:.1f} s; {left} left", flush=True)

    def _fail(self, name, why):
        self.failed[name] = why
        waiting = self.schedule.drop(name)
        rest = f"; not run for that: {', '.join(waiting)}" if waiting else ""
        print(f"{name}: FAILED, {why}{rest}", flush=True)

    def log(self, name):
        """The file for what a stage prints."""
        return Path(LOGS, f"{name.replace('/', '-').replace(':', '-')}.log")

    def last_words(self, name):
        """The last line that a stage printed, and where the others are."""
        return f"{last_line(self.log(name)) or 'it printed nothing'} ({self.log(name)})"


def run(words):
    """Does what the command line says; returns the exit status."""
    kit = read_kit(".")
    if words.jobs < 1:
        raise UserError(f"--jobs is {words.jobs}: at least one core is needed")
    if words.gpus is not None:
        machine.use(words.gpus)
    if unlike := changed(kit["given"], "."):
        raise UserError(f"{', '.join(unlike)}: not as when the kit was made: make another kit")
    if missing := lacking(kit["packages"]):
        how = f"python -m pip install --no-index --no-deps -f {WHEELS} -r {WHEELS}/names.txt"
        print(f"not installed: {', '.join(missing)}: some stages may fail; with wheels: `{how}`", flush=True)
    write(PYTHON, f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    PYTHON.chmod(0o755)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    one = Run(kit, Resources(words.jobs, memory, len(machine.gpus())))
    try:
        one()
    finally:
        forked.dismiss()
        guard.dismiss()
    total = counted(len(kit["stages"]), "stage")
    print(f"{one.ran} of {total} run, {len(one.failed)} failed; of {kit['of']}")
    return 1 if one.failed else 0


def main():
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(run(parser().parse_args()))
    except UserError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("stopped: what was finished is kept, run it again to go on")


if __name__ == "__main__":
    main()
