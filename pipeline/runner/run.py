"""Brings stages up to date, as many at a time as there is room for.

    python -m pipeline.runner [targets]

means what `dvc repro [targets]` means and leaves the same bytes in dvc.lock and in the run-cache.
"""

import queue
import signal
from collections import deque
from contextlib import contextmanager

from dvc.exceptions import DvcException

from pipeline.project import one_line, title
from pipeline.runner.books import Found
from pipeline.runner.clone import share
from pipeline.runner.needs import needs
from pipeline.runner.schedule import Schedule
from stages.core.errors import UserError
from stages.core.files import write

TICK = 0.5                                                   # seconds that we wait for an event


class Stopped(Exception):
    """Somebody asked us to stop: Ctrl-C or SIGTERM."""


class Run:
    """One run of the stages of a plan.

    books    DVC's books
    view     told what happens
    seconds  how long stages take
    logs     folder for what commands print
    options  jobs, cluster, tls, force, single_item, pull, keep_going, as on the command line
    """

    def __init__(self, books, view, seconds, logs, options):
        self.books, self.view, self.seconds, self.logs, self.options = books, view, seconds, logs, options
        self.events, self.engine = queue.SimpleQueue(), None
        self.ended = deque()                                 # (stage, outcome) that is to be saved
        self.stopped = None                                  # the signal that asked us to stop
        self.failed = {}                                     # name of a stage -> why
        self.ran = 0                                         # stages whose commands were started

    def __call__(self, plan):
        """Brings the stages of a plan, stage -> stages before it, up to date."""
        if self.options.pull:
            self.books.pull_run_cache()
        names = {stage: title(self.books.repo, stage) for stage in plan}
        self.stages = {name: stage for stage, name in names.items()}
        self.before = {names[stage]: earlier for stage, earlier in plan.items()}
        waits = self.books.waits(plan).items()
        order = {names[stage]: [names[one] for one in earlier] for stage, earlier in waits}
        self.schedule = Schedule(order, {name: self.seconds.expected(name) for name in order})
        self.view.plans(self.schedule)
        with signals(self._stop), self.view:
            try:
                while self.schedule.left:
                    self._turn()
                    if self.schedule.left:
                        self._wait()
            finally:
                self._end()

    def _turn(self):
        """Starts what there is room for, saves a result, and looks at what is ready then."""
        with self.books.turn():
            self._fill()                                     # nobody waits while a result is saved
            if self.ended:
                self._finish(*self.ended.popleft())
            while found := self.schedule.ready():
                for name in found:
                    if self.stopped:
                        raise Stopped(self.stopped)
                    self._look(name)
            for name in self.schedule.too_large() if self.schedule.rooms() else ():
                self._too_large(name, self.schedule.needs(name), self.schedule.rooms())
            self._fill()
            if self.books.due():
                self.books.write()

    def _fill(self):
        """Starts what there is room for, if no failure is waiting that may forbid it."""
        if all(succeeded(outcome) for _, outcome in self.ended):
            for name, worker in self.schedule.starts():
                self._start(name, worker)

    def _wait(self):
        """Takes in what happens, until that lets something start or is to be written."""
        came = False
        while True:
            self.engine.watch()
            urgent = came or self.ended or self.books.due()
            event = self._next(0 if urgent else TICK)
            if event:
                came |= event[0] in ("joined", "left")
                self._heard(*event)
            elif urgent:
                return

    def _heard(self, kind, name, what):
        if kind == "stop":
            raise Stopped(self.stopped)
        if kind == "ended" and name in self.schedule.running:        # its worker may have left since
            self.schedule.ended(name)
            self.ended.append((name, what))
        if kind == "said":
            self.view.said(name, what)
        if kind == "joined":
            self.schedule.join(name, what)
        if kind == "refused":
            self.view.say(f"{name} is not used: {what}")
        if kind == "left" and self.schedule.has(name):
            for task in self.schedule.leave(name):
                self.engine.forget(task)
                self.schedule.queue(task, self.schedule.needs(task))
                self.view.lost(task, name)

    def _next(self, seconds):
        """The next event, or None after so many seconds."""
        try:
            return self.events.get(timeout=seconds) if seconds else self.events.get_nowait()
        except queue.Empty:
            return None

    def _look(self, name):
        stage = self.stages[name]
        try:
            found = self.books.look(stage, self.before[name], self.options.force, self.options.pull)
            wanted = needs(self.books.repo, stage) if found is Found.RUN else None   # it reads params.yaml
        except (DvcException, UserError, OSError) as error:
            self._fail(name, one_line(error))
            return
        if found is Found.RUN:
            self._queue(name, wanted)
        else:
            self.view.found(name, found)
            self.schedule.done(name)

    def _queue(self, name, wanted):
        if self.failed and not self.options.keep_going:
            return
        if self.engine is None:                              # dask takes a second, which a run may not need
            from pipeline.runner.engine import Engine

            self.engine = Engine(self.events, self.options.jobs, self.options.cluster, self.options.tls)
        self.schedule.queue(name, wanted)

    def _too_large(self, name, wanted, rooms):
        """No worker can have this stage; one that wants more GPUs than any worker has does without."""
        most = max(room.gpus for room in rooms)
        if wanted.gpus > most:
            if most:
                self.view.say(f"{name}: needs {wanted.gpus:g} GPUs, no worker has so many: runs without")
            self.schedule.queue(name, wanted._replace(gpus=0))
            return
        self._fail(
            name, f"it needs {wanted}, and the largest worker has {max(rooms)}: give more --jobs, or lower "
            "`compute.threads` or the stage's `meta.needs`"
        )

    def _start(self, name, worker):
        try:
            job = self.books.begin(self.stages[name])
            if not self.engine.sees(worker, job.token):
                share(self.books.repo, job)
        except (DvcException, UserError, OSError) as error:
            self.schedule.ended(name)
            self._fail(name, one_line(error))
            return
        self.ran += 1
        cards, gpus = self.schedule.cards(name), self.schedule.needs(name).gpus
        self.engine.start(name, worker, job, self.log(name), cards, gpus)
        self.view.started(name)

    def _finish(self, name, outcome):
        try:
            if isinstance(outcome, Exception):
                raise outcome
            if outcome.printed is not None:
                write(self.log(name), outcome.printed)
            if outcome.status != 0:
                raise UserError(f"exit status {outcome.status}")
            self.books.finish(self.stages[name], outcome.outputs)
        except Exception as error:                           # whatever a worker raised
            self.books.give_up(self.stages[name])
            self._fail(name, one_line(error), self.log(name))
            return
        self.seconds.took(name, outcome.seconds)
        self.schedule.done(name)
        self.view.ended(name, outcome.seconds)

    def _fail(self, name, why, log=None):
        self.failed[name] = why
        if self.options.single_item:
            self.schedule.done(name)                         # DVC lets those that follow try
            self.view.failed(name, why, log, [])
        else:
            self.view.failed(name, why, log, self.schedule.drop(name))
        if not self.options.keep_going:
            self.schedule.stop()

    def _stop(self, number, _):
        self.stopped = signal.Signals(number).name
        self.events.put(("stop", None, None))                # for `_next`, which may be waiting

    def log(self, name):
        """The file for what a stage prints."""
        return self.logs / f"{name.replace('/', '-').replace(':', '-')}.log"

    def _end(self):
        """Ends what still runs, and writes what is finished."""
        try:
            with self.books.turn():
                for name, outcome in self.engine.stop() if self.schedule.running else ():
                    if succeeded(outcome):
                        self._heard("ended", name, outcome)
                while self.ended:
                    self._finish(*self.ended.popleft())
        finally:
            self.books.close()
            self.seconds.write()
            if self.engine:
                self.engine.close()


@contextmanager
def signals(handler):
    """Inside, Ctrl-C and SIGTERM only tell `handler`: we stop where nothing is half done."""
    old = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, before in old.items():
            signal.signal(number, before)


def succeeded(outcome):
    """Whether the commands of a stage ended well."""
    return not isinstance(outcome, Exception) and outcome.status == 0
