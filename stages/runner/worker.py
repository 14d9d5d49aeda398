"""A worker for a scheduler elsewhere, in this directory or clone of it.

    python -m stages.runner.worker tcp://host:8786
"""

import argparse
import asyncio

from distributed import Worker

from stages.runner.__main__ import cores
from stages.runner.engine import THREADS, here


def parser():
    """The command line."""
    words = argparse.ArgumentParser(prog="python -m stages.runner.worker", description=__doc__.split("\n")[0])
    words.add_argument("scheduler", help="address of the scheduler, tcp://host:8786")
    words.add_argument("-j", "--jobs", type=int, default=cores(), help="cores to use; here: %(default)s")
    return words


async def work(scheduler, room):
    """Works for a scheduler until it goes away."""
    async with Worker(
        scheduler, nthreads=THREADS * room.cores, resources=room._asdict(), memory_limit=0, dashboard=False
    ) as worker:
        print(f"{worker.address} works for {scheduler} with {room}", flush=True)
        await worker.finished()


if __name__ == "__main__":
    options = parser().parse_args()
    asyncio.run(work(options.scheduler, here(options.jobs)))
