"""The scheduling alone, on a clock of its own: 10,000 stages and 1,000 workers of mixed sizes."""

import heapq
import random
import time

from pipeline.runner.schedule import Resources, Schedule, path_lengths

TASKS, WORKERS, SEED = 10_000, 1_000, 1
# as measured in our default run: a start of a process, or a training of some length
DURATIONS = 3, 5, 8, 12, 20, 40
ROOMS = Resources(2, 8), Resources(4, 16), Resources(8, 32, 1), Resources(16, 64, 4)
NEEDS = Resources(1), Resources(1, 2), Resources(2, 4), Resources(4, 8), Resources(1, 4, 1)


def drawn(rng):
    """A graph like those of experiments: chains that share beginnings and meet at ends; durations, needs."""
    before, seconds, needs = {}, {}, {}
    for task in range(TASKS):
        recent = range(max(0, task - 2_000), task)
        before[task] = rng.sample(recent, min(len(recent), rng.choice((0, 1, 1, 2))))
        seconds[task] = rng.choice(DURATIONS) * rng.uniform(0.5, 1.5)
        needs[task] = rng.choice(NEEDS)
    return before, seconds, needs


def simulated(before, seconds, needs, rooms):
    """Seconds on the clock until all is done, and seconds of ours that a decision took."""
    began = time.perf_counter()
    schedule = Schedule(before, seconds)
    for worker, room in enumerate(rooms):
        schedule.join(worker, room)
    now, ends = 0.0, []
    while schedule.left:
        for task in schedule.ready():
            schedule.queue(task, needs[task])
        for task, _ in schedule.starts():
            heapq.heappush(ends, (now + seconds[task], task))
        now, task = heapq.heappop(ends)
        schedule.ended(task)
        schedule.done(task)
    return now, (time.perf_counter() - began) / len(before)


def section():
    """The section of docs/benchmarks.md."""
    rng = random.Random(SEED)
    before, seconds, needs = drawn(rng)
    rows = []
    for count in WORKERS, WORKERS // 10, WORKERS // 100:
        rooms = [rng.choice(ROOMS) for _ in range(count)]
        makespan, decision = simulated(before, seconds, needs, rooms)
        path = max(path_lengths(before, seconds).values())
        load = sum(seconds[task] * needs[task].cores for task in before) / sum(room.cores for room in rooms)
        rows.append(
            f"| {count:,} | {makespan:,.0f} | {path:,.0f} | {load:,.0f} | {makespan / max(path, load):.2f} | "
            f"{1e6 * decision:.0f} |"
        )
    return [
        "## Scheduling", "",
        f"The code that decides what starts where, on a clock of its own: {TASKS:,} stages of about "
        f"{min(DURATIONS)} to {max(DURATIONS)} s, workers of 2 to 16 cores and up to 4 GPUs. No schedule is "
        "shorter than the longest path or than all work shared evenly.", "",
        "| workers | makespan, s | longest path, s | work by cores, s | ratio to the larger | µs a stage |",
        "|---:|---:|---:|---:|---:|---:|", *rows, "",
    ]
