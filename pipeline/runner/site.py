"""What a worker must have in common with the process that keeps the books, besides the inputs of a stage."""

import hashlib
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

REQUIREMENTS = "requirements/run.in", "requirements/run-no-deps.in"


def site():
    """Python's version, those of the packages that are pinned, and the bytes of the runner itself."""
    runner = hashlib.md5(usedforsecurity=False)
    for path in sorted(Path(__file__).parent.glob("*.py")):
        runner.update(path.read_bytes())
    python = ".".join(platform.python_version_tuple()[:2])
    packages = {name: installed(name) for name in pinned()}
    return {"Python": python, "the runner's code": runner.hexdigest()[:8]} | packages


def differences(other):
    """What of another site is not as here, in words; empty if nothing."""
    mine = site()
    return ", ".join(
        f"{name} is {other.get(name)} there and {mine.get(name)} here"
        for name in sorted({*mine, *other}) if mine.get(name) != other.get(name)
    )


def pinned():
    """The packages that the requirements pin."""
    root = Path(__file__).parents[2]
    lines = [line for name in REQUIREMENTS for line in (root / name).read_text(encoding="utf-8").splitlines()]
    return [line.split("==")[0].split("[")[0] for line in lines if "==" in line and not line.startswith("#")]


def installed(name):
    """The version of a package, without its build; None if it is not there."""
    try:
        return version(name).split("+")[0]
    except PackageNotFoundError:
        return None
