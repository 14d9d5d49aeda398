"""Where commands run: workers of dask.distributed.

Which task runs where is decided by schedule.py; dask carries it there, watches the workers and brings back
what became of it. The cluster is one of

    a worker in this process, with so many cores                     (default)
    whatever workers a scheduler has                                 tls://host:8786, tcp://host:8786
    workers that dask-jobqueue submits to SLURM, PBS and the like    a YAML file, see docs/clusters.md
"""

import queue
import time
from contextlib import suppress
from pathlib import Path

import dask
import psutil
from distributed import Client, LocalCluster, get_worker
from ruamel.yaml import YAML

from pipeline.runner import forked, guard
from pipeline.runner.clone import delivered, fetch, has
from pipeline.runner.commands import PATIENCE, execute
from pipeline.runner.machine import gpus, shown
from pipeline.runner.schedule import Resources
from pipeline.runner.site import differences, site
from pipeline.runner.tls import LOOPBACK, security
from stages.core.errors import UserError

TOPIC = "restage"
GB = 1e9
THREADS = 64                                                 # of a worker, for each core: they only wait
CONNECT = 20                                                 # seconds
LOOK = 2.0                                                   # seconds between two looks at the workers


class Engine:
    """Workers, and what happens there, which is put into the queue `events`:

        ("said", task, line)         the last line that a task printed
        ("ended", task, outcome)     how its commands ended: an Outcome, or an exception
        ("gone", task, outcome)      the same from the worker itself, for `stop`
        ("joined", worker, room)     a worker came, with such Resources
        ("left", worker, None)       a worker is not there any more
        ("refused", worker, why)     a worker came that would not compute what we do
    """

    def __init__(self, events, cores, cluster=None, tls=None):
        self.events = events
        self._futures, self._workers, self._seeing, self._watched = {}, {}, {}, 0.0
        self._cluster = workers_of(cluster, cores, tls)
        self._client = connected(self._cluster, tls)
        self._client.subscribe_topic(TOPIC, self._heard)

    def watch(self):
        """Makes events of workers that came and went since the last time, which is not just now."""
        if self._workers and time.monotonic() < self._watched + LOOK:
            return
        self._watched = time.monotonic()
        if self._client.status != "running":
            raise UserError("the scheduler is gone: start it, and this again")
        try:                                                 # Client.scheduler_info may say there are none
            found = self._client.sync(self._client.scheduler.identity, n_workers=-1)["workers"]
        except OSError:
            return
        for worker in set(self._workers) - set(found):
            del self._workers[worker]
            self.events.put(("left", worker, None))
        for worker in set(found) - set(self._workers):
            self._workers[worker] = found[worker]
            wrong = differences(self._client.run(site, workers=[worker])[worker])
            if wrong:
                self.events.put(("refused", worker, wrong))
                continue
            room = {name: found[worker]["resources"][name] for name in Resources._fields}
            self.events.put(("joined", worker, Resources(**room)))

    def sees(self, worker, token):
        """Whether a worker sees the directory whose token this is."""
        if worker not in self._seeing:
            self._seeing[worker] = self._client.run(has, token, workers=[worker])[worker]
        return self._seeing[worker]

    def start(self, task, worker, job, log, cards=(), share=0):
        """Does a job on a worker, with those GPUs or a share of one; an event tells when it has ended."""
        words = task, job, str(log), cards, share
        future = self._client.submit(on_worker, *words, workers=[worker], pure=False)
        self._futures[task] = future
        future.add_done_callback(lambda future: self._ended(task, future))

    def forget(self, task):
        """Waits no longer for a task, whose worker is lost."""
        if task in self._futures:                            # it has not ended meanwhile
            self._futures.pop(task).cancel(force=True)

    def stop(self):
        """Ends every command and waits until all have; returns how, also of those that had ended before, of
        which some may be known: a list of (task, outcome).
        """
        tasks, ends = set(self._futures), []
        self._client.cancel(list(self._futures.values()), force=True)
        with suppress(queue.Empty):
            while True:
                kind, task, outcome = self.events.get(timeout=2 * PATIENCE if tasks else 0)
                if kind in ("ended", "gone"):
                    tasks.discard(task)
                    ends.append((task, outcome))
        return ends

    def close(self):
        self._client.close()
        if not isinstance(self._cluster, str):
            self._cluster.close()
        forked.dismiss()
        guard.dismiss()

    def _heard(self, event):
        self.events.put(event[1])

    def _ended(self, task, future):
        if not future.cancelled() and self._futures.pop(task, None):
            self.events.put(("ended", task, future.exception() or future.result()))


def workers_of(cluster, cores, tls):
    """The cluster that an option names, or one in this process."""
    if cluster is None:
        dask.config.set({
            "distributed.worker.profile.enabled": False,     # it takes 2 % of a core
            "distributed.admin.tick.interval": "500ms",      # every 20 ms would take as much
            "distributed.scheduler.worker-ttl": None,        # silent is only who was suspended with us
        })
        return LocalCluster(
            n_workers=1, threads_per_worker=THREADS * cores, processes=False, memory_limit=0,
            dashboard_address=f"{LOOPBACK}:0", worker_dashboard_address=f"{LOOPBACK}:0",
            scheduler_kwargs={"dashboard": False}, resources=here(cores)._asdict(),
        )
    return submitted(Path(cluster), tls) if Path(cluster).is_file() else cluster


def submitted(path, tls):
    """A cluster of dask-jobqueue, as a YAML file describes it: `kind`, `jobs`, and arguments of that kind.

    Its scheduler is in this process, and its workers read the certificates, so they must see the folder.
    """
    try:
        import dask_jobqueue
    except ImportError:
        raise UserError(f"{path}: dask_jobqueue is not installed: `make cluster`") from None
    words = YAML(typ="safe").load(path)
    kind, jobs = words.pop("kind", None), words.pop("jobs", 1)
    if not hasattr(dask_jobqueue, str(kind)):
        raise UserError(f"{path}: kind is {kind}: it is a class of dask_jobqueue, such as SLURMCluster")
    room = Resources(words["cores"], words.pop("memory_gb"), words.pop("gpus", 0))
    served = {"dashboard": False, "dashboard_address": f"{LOOPBACK}:0"} | words.pop("scheduler_options", {})
    cluster = getattr(dask_jobqueue, kind)(
        **words, memory=f"{room.memory}GB", nanny=False, job_script_prologue=[f"cd {Path.cwd()}"],
        security=security(tls, "scheduler", "worker", "client"), scheduler_options=served,
        worker_extra_args=["--resources", ",".join(f"{name}={one}" for name, one in room._asdict().items())],
    )
    cluster.scale(jobs=jobs)
    return cluster


def connected(cluster, tls):
    """A client of a cluster."""
    try:
        return Client(cluster, security=security(tls, "client"), timeout=CONNECT)
    except (OSError, ValueError) as error:
        raise UserError(
            f"no scheduler answers at {cluster} ({error}): start one with "
            "`python -m pipeline.runner.scheduler`, and workers with `python -m pipeline.runner.worker`"
        ) from error


def here(cores):
    """What this machine has, of its cores so many."""
    return Resources(cores, psutil.virtual_memory().total / GB, len(gpus()))


def on_worker(task, job, log, cards, share):
    """Does a job in a thread of a worker, with the GPUs of these numbers, or a share of one."""
    worker = get_worker()
    key = worker.get_current_task()

    def wanted():
        state = worker.state.tasks.get(key)
        return state is not None and state.state == "executing"

    def said(line):
        worker.log_event(TOPIC, ("said", task, line))

    if not has(job.token):
        fetch(job)
    outcome = execute(job.commands(), log, wanted, said, shown(cards, share))
    if not has(job.token):
        outcome = delivered(job, outcome, log)
    worker.log_event(TOPIC, ("gone", task, outcome))         # a future that was cancelled does not tell
    return outcome
