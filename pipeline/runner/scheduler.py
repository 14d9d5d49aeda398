"""A scheduler, at which workers and runners meet.

    python -m pipeline.runner.scheduler --host 192.168.0.7 --tls certificates
"""

import argparse
import asyncio
import sys
from contextlib import suppress

from distributed import Scheduler

from pipeline.runner.tls import LOOPBACK, check, protocol, security
from stages.core.errors import UserError


def parser():
    """The command line."""
    description = __doc__.split("\n")[0]
    words = argparse.ArgumentParser(prog="python -m pipeline.runner.scheduler", description=description)
    words.add_argument("--host", default=LOOPBACK, help="address to listen at; default: %(default)s")
    words.add_argument("--port", type=int, default=8786, help="default: %(default)s; 0: any that is free")
    words.add_argument("--tls", help="folder of certificates: who has none is refused")
    return words


async def schedule(host, port, tls):
    """Serves until it is told to stop; what it serves by HTTP can be had on this machine only."""
    async with Scheduler(
        host=host, port=port, protocol=protocol(tls), security=security(tls, "scheduler"),
        dashboard=False, dashboard_address=f"{LOOPBACK}:0",
    ) as scheduler:
        print(f"scheduler at {scheduler.address}", flush=True)
        await scheduler.finished()


if __name__ == "__main__":
    options = parser().parse_args()
    try:
        check(f"{protocol(options.tls)}{options.host}:{options.port}", options.tls)
        with suppress(KeyboardInterrupt):
            asyncio.run(schedule(options.host, options.port, options.tls))
    except (UserError, OSError) as error:
        sys.exit(f"error: {error}")
