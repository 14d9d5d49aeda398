"""Where commands run: workers of dask.distributed, in this process by default.

Which task runs where is decided by schedule.py; dask carries it there, watches the workers and brings back
what became of it.
"""

import os
import queue
from contextlib import contextmanager, suppress

import psutil
from distributed import Client, LocalCluster, get_worker

from stages.runner.commands import PATIENCE, execute
from stages.runner.guard import dismiss
from stages.runner.schedule import Resources

TOPIC = "restage"
GB = 1e9
GPUS = "/proc/driver/nvidia/gpus"

free_gpus = list(range(len(os.listdir(GPUS)) if os.path.isdir(GPUS) else 0))


class Engine:
    """A cluster of one worker in this process, with so many cores.

    `events` holds what happened, oldest first: ("said", task, line) is the last line that a task printed,
    ("ended", task, outcome) how its commands ended, an Outcome or an exception; ("gone", task, outcome) comes
    from the worker itself and is for `stop`.
    """

    def __init__(self, cores):
        self.events = queue.SimpleQueue()
        self._futures = {}
        self._cluster = LocalCluster(
            n_workers=1, threads_per_worker=64 * cores, processes=False, memory_limit=0,
            dashboard_address="127.0.0.1:0", scheduler_kwargs={"dashboard": False},
            resources=dict(zip(Resources._fields, here(cores), strict=True)),
        )
        self._client = Client(self._cluster)
        self._client.subscribe_topic(TOPIC, self._heard)

    def workers(self):
        """Address of each worker -> what it has."""
        found = self._client.scheduler_info(n_workers=-1)["workers"]
        return {address: Resources(**one["resources"]) for address, one in found.items()}

    def start(self, task, worker, commands, log, gpus=0):
        """Runs commands on a worker; an event tells when they have ended."""
        future = self._client.submit(on_worker, task, commands, log, gpus, workers=[worker], pure=False)
        self._futures[task] = future
        future.add_done_callback(lambda future: self._ended(task, future))

    def stop(self):
        """Ends every command and waits until all have; returns how: a list of (task, outcome)."""
        tasks, ends = set(self._futures), []
        self._client.cancel(list(self._futures.values()), force=True)
        with suppress(queue.Empty):
            while tasks:
                kind, task, outcome = self.events.get(timeout=2 * PATIENCE)
                if kind == "gone" and task in tasks:
                    tasks.discard(task)
                    ends.append((task, outcome))
        return ends

    def close(self):
        self._client.close()
        self._cluster.close()
        dismiss()

    def _heard(self, event):
        self.events.put(event[1])

    def _ended(self, task, future):
        if not future.cancelled():
            del self._futures[task]
            self.events.put(("ended", task, future.exception() or future.result()))


def here(cores):
    """What this machine has, of its cores so many."""
    return Resources(cores, psutil.virtual_memory().total / GB, len(free_gpus))


def on_worker(task, commands, log, gpus):
    """Runs commands in a thread of a worker, with so many GPUs to themselves."""
    worker = get_worker()
    key = worker.get_current_task()

    def wanted():
        state = worker.state.tasks.get(key)
        return state is not None and state.state == "executing"

    def said(line):
        worker.log_event(TOPIC, ("said", task, line))

    with devices(gpus) as environment:
        outcome = execute(commands, log, wanted, said, environment)
    worker.log_event(TOPIC, ("gone", task, outcome))         # a future that was cancelled does not tell
    return outcome


@contextmanager
def devices(count):
    """Variables that show a command so many GPUs, which no other command sees meanwhile."""
    mine = [free_gpus.pop() for _ in range(count)]
    try:
        yield {"CUDA_VISIBLE_DEVICES": ",".join(map(str, sorted(mine)))} if mine else {}
    finally:
        free_gpus.extend(mine)
