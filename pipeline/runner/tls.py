"""Who may connect to a scheduler, to workers and to us.

dask runs what it is sent: whoever can connect to a scheduler, to a worker or to a runner runs code as the
person who started it. With certificates (certificates.py) connections are encrypted, and both ends must show
one that the same authority has signed.
"""

import ipaddress
import sys
from pathlib import Path
from urllib.parse import urlsplit

from stages.core.errors import UserError

AUTHORITY = "ca.pem"
CERTIFICATES = {one: (f"{one}.pem", f"{one}-key.pem") for one in ("scheduler", "worker")}
ROLES = {"scheduler": "scheduler", "worker": "worker", "client": "worker"}       # role -> whose it shows
LOOPBACK = "127.0.0.1"


def security(folder, *roles):
    """dask's settings for certificates in a folder, for the roles that this process has; None without one."""
    if folder is None:
        return None
    from distributed.security import Security

    files = {"tls_ca_file": AUTHORITY}
    for role in roles:
        files[f"tls_{role}_cert"], files[f"tls_{role}_key"] = CERTIFICATES[ROLES[role]]
    paths = {name: Path(folder, file).absolute() for name, file in files.items()}
    missing = sorted(path.name for path in paths.values() if not path.is_file())
    if missing:
        raise UserError(
            f"{folder} has no {', '.join(missing)}: `python -m pipeline.runner.certificates <folder>` makes "
            "a set"
        )
    return Security(require_encryption=True, **{name: str(path) for name, path in paths.items()})


def protocol(tls):
    """What an address begins with, with certificates or without."""
    return "tls://" if tls else "tcp://"


def check(address, tls):
    """Stops where an address and the option --tls do not fit, and warns where they let everybody in."""
    kind = f"{address.rpartition('://')[0] or 'tcp'}://"
    if kind == "tls://" and not tls:
        raise UserError(f"{address} needs certificates: --tls <folder>")
    if tls and kind != "tls://":
        raise UserError(f"{address} is not encrypted: with --tls, the address begins with tls://")
    if not tls and not is_loopback(host(address)):
        warn(f"{address} is open")


def warn(what):
    """Says what it means that something is open."""
    print(f"warning: {what}: anyone who reaches its port runs code as you; --tls <folder> lets in only those "
          "with a certificate, see docs/clusters.md", file=sys.stderr, flush=True)


def host(address):
    """The host of an address."""
    return urlsplit(address if "://" in address else f"tcp://{address}").hostname or ""


def is_loopback(name):
    """Whether only this machine can reach a host."""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
