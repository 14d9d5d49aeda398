"""What starts next, and where: the decisions alone, without processes, files or a clock.

A task waits for others, is ready, is queued with what it needs, runs on a worker, and is done. Among queued
tasks the one at the head of the longest path of work goes first (list scheduling by critical path: Graham,
SIAM J. Appl. Math. 1969, bounds its makespan by 2 - 1/m times the best on m equal workers). There are no
barriers: a task is ready as soon as the last one that it waits for is done.

A task that no worker has room for now holds the freest of the workers that are large enough, so that smaller
tasks do not pass it for ever. So does a task that will be ready once a result that has come is saved: that
takes a moment, and what would start instead may take hours. A task that only waits for a GPU holds that
worker's GPUs: tasks that need none pass it.

A task takes a share of one GPU, beside others there, or whole GPUs. Shares go to the emptiest one.
"""

import heapq
from collections import defaultdict
from fractions import Fraction
from typing import NamedTuple

from stages.core.words import counted


class Resources(NamedTuple):
    """What a task needs, or a worker has in all: cores, memory in GB, GPUs, or a task's share of one."""

    cores: int = 1
    memory: float = 0.0
    gpus: float = 0

    def hold(self, other):
        """Whether `other` fits in."""
        return all(mine >= its for mine, its in zip(self, other, strict=True))

    def __str__(self):
        parts = [counted(self.cores, "core")]
        parts += [f"{self.memory:g} GB of memory"] * (self.memory > 0)
        if self.gpus:
            parts.append(f"{self.gpus:g} of a GPU" if self.gpus < 1 else counted(int(self.gpus), "GPU"))
        return ", ".join(parts)


class Left(NamedTuple):
    """What a worker has left: cores, memory in GB, and of every GPU a part, exactly."""

    cores: int
    memory: float
    parts: tuple

    def hold(self, needs):
        """Whether `needs` fit in."""
        fits = self.cores >= needs.cores and self.memory >= needs.memory
        return fits and self.cards(needs.gpus) is not None

    def cards(self, gpus):
        """The numbers of the GPUs that a task gets; None if they are taken."""
        if gpus == 0:
            return ()
        if gpus < 1:
            most = max(self.parts, default=0)
            return (self.parts.index(most),) if most >= exact(gpus) else None
        whole = [one for one, part in enumerate(self.parts) if part == 1]
        return tuple(whole[:int(gpus)]) if len(whole) >= gpus else None

    def changed(self, needs, cards, sign):
        """The same with a task less (`sign` is -1), which has these GPUs, or more."""
        part = min(exact(needs.gpus), 1)
        parts = (old + sign * part * (one in cards) for one, old in enumerate(self.parts))
        return Left(self.cores + sign * needs.cores, self.memory + sign * needs.memory, tuple(parts))


def exact(gpus):
    """A share as it is written: 0.2 five times is 1, which floats need not come to."""
    return Fraction(str(gpus))


def path_lengths(before, seconds):
    """The seconds from the start of each task to the end of the last that waits for it, however indirectly.

    before   task -> the tasks that it waits for; the tasks in an order in which these come first
    seconds  task -> its own expected duration
    """
    lengths = dict(seconds)
    longest_after = defaultdict(float)
    for task in reversed(before):
        lengths[task] = seconds[task] + longest_after[task]
        for earlier in before[task]:
            longest_after[earlier] = max(longest_after[earlier], lengths[task])
    return lengths


class Schedule:
    """Tasks with an order among them, and workers with room.

    before   task -> the tasks that it waits for; the tasks in an order in which these come first
    seconds  task -> its expected duration
    """

    def __init__(self, before, seconds):
        self.seconds = seconds
        self.lengths = path_lengths(before, seconds)
        self.left = set(before)                              # neither done nor dropped
        self.running = {}                                    # task -> its worker
        self._cards = {}                                     # task that runs -> numbers of its GPUs there
        self._ended = set()                                  # tasks that do not run any more, not yet done
        self._rank = {task: place for place, task in enumerate(before)}
        self._waits = {task: set(earlier) for task, earlier in before.items()}
        self._after = defaultdict(list)
        for task, earlier in before.items():
            for one in earlier:
                self._after[one].append(task)
        self._ready = [task for task, earlier in self._waits.items() if not earlier]
        self._needs = {}                                     # of tasks that are queued or run
        self._queues = defaultdict(list)                     # needs -> a heap of tasks
        self._rooms = {}                                     # worker -> what it has in all
        self._free = {}                                      # worker -> what it has Left
        self._alike = {}                                     # (room left, in all) -> workers, an ordered set

    def ready(self):
        """The tasks that wait for no other any more, each given once, in the order of the plan."""
        found, self._ready = sorted(self._ready, key=self._rank.get), []
        return found

    def queue(self, task, needs):
        """Lets a task start as soon as a worker has room for it."""
        self._needs[task] = needs
        heapq.heappush(self._queues[needs], (-self.lengths[task], self._rank[task], task))

    def join(self, worker, room):
        """Adds a worker."""
        self._rooms[worker] = room
        self._set(worker, Left(room.cores, room.memory, (Fraction(1),) * int(room.gpus)))

    def has(self, worker):
        """Whether a worker is there."""
        return worker in self._rooms

    def rooms(self):
        """What each worker has in all."""
        return list(self._rooms.values())

    def too_large(self):
        """The queued tasks that no worker is large enough for."""
        rooms = set(self._rooms.values())
        large = [needs for needs in self._queues if not any(room.hold(needs) for room in rooms)]
        return [task for needs in large for _, _, task in self._queues.pop(needs)]

    def leave(self, worker):
        """Forgets a worker; returns the tasks that ran there, which are to be queued again."""
        lost = [task for task, where in self.running.items() if where == worker]
        self._unset(worker)
        del self._rooms[worker], self._free[worker]
        for task in lost:
            del self.running[task]
        return lost

    def starts(self):
        """Takes from the queues what can start now: a list of (task, worker)."""
        found, held, gpus_held, soon = [], set(), set(), self._soon()
        waiting = {needs for needs, queue in self._queues.items() if queue}
        while waiting:
            needs = min(waiting, key=lambda one: self._queues[one][0])
            while soon and soon[-1] > -self._queues[needs][0][0]:
                soon.pop()
                held.add(self._freest(Resources(), held))
            closed = held | gpus_held if needs.gpus else held
            worker = self._room_for(needs, closed)
            if worker is None:
                worker = self._freest(needs, closed)
                (gpus_held if self._lacks_gpus_only(worker, needs) else held).add(worker)
                waiting.remove(needs)
                continue
            task = heapq.heappop(self._queues[needs])[-1]
            self._begin(task, worker)
            found.append((task, worker))
            if not self._queues[needs]:
                waiting.remove(needs)
        return found

    def ended(self, task):
        """Gives a running task's room back; it is neither done nor dropped by that."""
        worker = self.running.pop(task)
        self._ended.add(task)
        self._set(worker, self._free[worker].changed(self._needs[task], self._cards[task], 1))

    def done(self, task):
        """Makes ready what waited for this task alone."""
        self.left.discard(task)
        self._ended.discard(task)
        for later in self._after[task]:
            self._waits[later].discard(task)
            if not self._waits[later] and later in self.left:
                self._ready.append(later)

    def drop(self, task):
        """Gives up a task and what waits for it, however indirectly; returns the latter, in their order."""
        self._ended.discard(task)
        dropped, reach = set(), [task]
        while reach:
            one = reach.pop()
            if one in self.left:
                self.left.discard(one)
                dropped.add(one)
                reach += self._after[one]
        return sorted(dropped - {task}, key=self._rank.get)

    def stop(self):
        """Starts nothing any more; what runs goes on."""
        self.left = set(self.running)
        self._queues.clear()
        self._ready = []

    def expected(self, spent):
        """Seconds until all is done: the longest path that is left, or the mean load, if that is more.

        spent  task that runs -> for how long it has
        """
        def rest(task, whole):
            return max(0.0, whole - spent.get(task, 0.0))

        cores = sum(room.cores for room in self._rooms.values()) or 1        # no worker has joined yet
        taken = {task: self._needs.get(task, Resources()).cores for task in self.left}
        load = sum(rest(task, self.seconds[task]) * taken[task] for task in self.left)
        return max([load / cores, *(rest(task, self.lengths[task]) for task in self.left)])

    def needs(self, task):
        """What a queued or running task needs."""
        return self._needs[task]

    def cards(self, task):
        """The numbers of the GPUs of its worker that a running task has."""
        return self._cards[task]

    def _begin(self, task, worker):
        needs, free = self._needs[task], self._free[worker]
        self._cards[task] = free.cards(needs.gpus)
        self.running[task] = worker
        self._set(worker, free.changed(needs, self._cards[task], -1))

    def _lacks_gpus_only(self, worker, needs):
        """Whether such a task would start there if it needed no GPU."""
        return worker is not None and self._free[worker].hold(needs._replace(gpus=0))

    def _soon(self):
        """The path lengths, ascending, of tasks that wait only for tasks that have ended."""
        later = {one for task in self._ended for one in self._after[task]}
        return sorted(self.lengths[one] for one in later & self.left if self._waits[one] <= self._ended)

    def _room_for(self, needs, held):
        """A worker with room for such a task, the one with the least room left; None if there is none."""
        fitting = sorted(kind for kind in self._alike if kind[0].hold(needs))
        return next((one for kind in fitting for one in self._alike[kind] if one not in held), None)

    def _freest(self, needs, held):
        """Of the workers that are large enough for such a task, the one with the most room left."""
        large = sorted((kind for kind in self._alike if kind[1].hold(needs)), reverse=True)
        return next((one for kind in large for one in self._alike[kind] if one not in held), None)

    def _set(self, worker, free):
        self._unset(worker)
        self._free[worker] = free
        self._alike.setdefault((free, self._rooms[worker]), {})[worker] = None

    def _unset(self, worker):
        if worker in self._free:
            kind = self._free[worker], self._rooms[worker]
            del self._alike[kind][worker]
            if not self._alike[kind]:
                del self._alike[kind]
