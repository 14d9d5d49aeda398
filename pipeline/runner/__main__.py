"""Brings stages up to date, several at a time: python -m pipeline.runner --help"""

import argparse
import gc
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

from dvc.exceptions import DvcException
from zc.lockfile import LockError, LockFile

from pipeline.project import one_line, title
from pipeline.runner import machine
from pipeline.runner.books import Books
from pipeline.runner.needs import Seconds
from pipeline.runner.run import Run, Stopped
from pipeline.runner.tls import check, warn
from pipeline.runner.view import duration, view
from stages.core.errors import UserError
from stages.core.sections import check_all
from stages.core.stage import ending_with_the_reader, print_utf8
from stages.core.words import counted

SCRATCH = Path(".dvc/tmp/runner")


def parser():
    """The command line; options that `dvc repro` has mean what they mean there."""
    words = argparse.ArgumentParser(prog="python -m pipeline.runner", description=__doc__.split(":")[0])
    words.add_argument("targets", nargs="*", help="stages or dvc.yaml files; default: all of ./dvc.yaml")
    cores = machine.cores()
    words.add_argument("-j", "--jobs", type=int, default=cores, help="cores to use; here: %(default)s")
    words.add_argument("--gpus", type=int, help="GPUs to use, 0 for none; default: all that are here")
    words.add_argument("--cluster", help="a scheduler's address, or a YAML file for dask-jobqueue")
    words.add_argument("--tls", help="folder of certificates: who has none is refused")
    words.add_argument("-f", "--force", action="store_true", help="also what did not change")
    words.add_argument("-s", "--single-item", action="store_true", help="not what the targets depend on")
    words.add_argument("--downstream", action="store_true", help="the targets and what depends on them")
    words.add_argument("--dry", action="store_true", help="only show what would be run")
    words.add_argument("-k", "--keep-going", action="store_true", help="a failure stops only what needs it")
    words.add_argument("--pull", action="store_true", help="fetch missing data and results from the remote")
    return words


def run(words):
    """Does what the command line says; returns the exit status."""
    began = time.monotonic()
    check_all()
    books = Books()
    plan = books.plan(words.targets, words.single_item, words.downstream)
    if words.dry:
        stale = books.stale(plan, words.force, words.pull)
        for stage in stale:
            print(title(books.repo, stage))
        print(f"{len(stale)} of {len(plan)} stages would be run, or restored from the cache")
        return 0
    certified(words.cluster, words.tls)
    if words.gpus is not None:
        if words.cluster:
            raise UserError("--gpus is for this machine: with --cluster, give it to the workers")
        machine.use(words.gpus)
    with alone():
        one = Run(books, view(), Seconds(SCRATCH / "seconds.json"), SCRATCH / "logs", words)
        one(plan)
    if one.failed:
        name = next(iter(one.failed))
        print(f"failed: {', '.join(one.failed)}; what {name} printed is in {one.log(name)}", file=sys.stderr)
        return 1
    print(f"{one.ran} of {counted(len(plan), 'stage')} run, in {duration(time.monotonic() - began)}")
    return 0


def certified(cluster, tls):
    """Warns of a cluster that lets everybody in, and stops where address and certificates do not fit."""
    if not cluster:
        if tls:
            raise UserError("--tls is for a --cluster: without one, all is in this process")
    elif not Path(cluster).is_file():
        check(cluster, tls)
    elif not tls:
        warn(f"the scheduler for the jobs of {cluster} is open")


@contextmanager
def alone():
    """Inside, no second runner works in this project."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    try:
        lock = LockFile(str(SCRATCH / "lock"))
    except LockError:
        raise UserError("another runner is at work in this project: wait for it, or stop it") from None
    with closing(lock):
        yield


def main():
    print_utf8()
    words = parser().parse_args()
    if words.jobs < 1:
        sys.exit(f"error: --jobs is {words.jobs}: at least one core is needed")
    try:
        with ending_with_the_reader():
            status = run(words)
            gc.freeze()                                      # to look for garbage at the end takes 0.3 s
            sys.exit(status)
    except (UserError, DvcException) as error:
        sys.exit(f"error: {one_line(error)}")
    except Stopped as error:
        print(f"stopped by {error}: what was finished is kept, run it again to go on", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
