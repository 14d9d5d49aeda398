"""A worker for a scheduler elsewhere, in this directory or clone of it.

    python -m pipeline.runner.worker tls://192.168.0.7:8786 --host 192.168.0.8 --tls certificates
"""

import argparse
import asyncio
import sys
from contextlib import suppress

from distributed import Worker

from pipeline.runner import machine
from pipeline.runner.engine import THREADS, here
from pipeline.runner.tls import LOOPBACK, check, host, is_loopback, protocol, security
from stages.core.errors import UserError


def parser():
    """The command line."""
    description = __doc__.split("\n")[0]
    words = argparse.ArgumentParser(prog="python -m pipeline.runner.worker", description=description)
    words.add_argument("scheduler", help="address of the scheduler, tls://host:8786 or tcp://host:8786")
    cores = machine.cores()
    words.add_argument("-j", "--jobs", type=int, default=cores, help="cores to use; here: %(default)s")
    words.add_argument("--gpus", type=int, help="GPUs to use, 0 for none; default: all that are here")
    words.add_argument("--host", default=LOOPBACK, help="address to listen at; default: %(default)s")
    words.add_argument("--tls", help="folder of certificates: who has none is refused")
    return words


async def work(options):
    """Works for a scheduler until it goes away."""
    room = here(options.jobs)
    async with Worker(
        options.scheduler, nthreads=THREADS * room.cores, resources=room._asdict(), memory_limit=0,
        host=options.host, protocol=protocol(options.tls), security=security(options.tls, "worker"),
        dashboard=False, dashboard_address=f"{LOOPBACK}:0",
    ) as worker:
        print(f"{worker.address} works for {options.scheduler} with {room}", flush=True)
        await worker.finished()


def checked(options):
    """Stops where words do not fit or the scheduler could not reach us from another machine; warns once where
    the scheduler or we let everybody in.
    """
    check(options.scheduler, options.tls)
    if is_loopback(host(options.scheduler)):
        check(f"{protocol(options.tls)}{options.host}", options.tls)
    elif is_loopback(options.host):
        raise UserError(
            f"the scheduler at {options.scheduler} could not reach a worker that listens at {options.host}: "
            "give --host this machine's address"
        )


if __name__ == "__main__":
    options = parser().parse_args()
    try:
        checked(options)
        if options.gpus is not None:
            machine.use(options.gpus)
        with suppress(KeyboardInterrupt):
            asyncio.run(work(options))
    except (UserError, OSError) as error:
        sys.exit(f"error: {error}")
