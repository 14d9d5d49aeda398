"""A worker for a scheduler elsewhere, in this directory or clone of it.

    python -m pipeline.runner.worker tcp://host:8786
"""

import argparse
import asyncio

from distributed import Worker

from pipeline.runner.__main__ import cores
from pipeline.runner.engine import THREADS, here


def parser():
    """The command line."""
    description = __doc__.split("\n")[0]
    words = argparse.ArgumentParser(prog="python -m pipeline.runner.worker", description=description)
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
