"""What a worker must have in common with the process that keeps the books, besides the inputs of a stage."""

import hashlib
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parents[2]
REQUIREMENTS = "requirements/run.in", "requirements/run-no-deps.in"


def site():
    """Python's version, those of the packages that are pinned, and the bytes of the runner itself."""
    runner = hashlib.md5(usedforsecurity=False)
    for path in sorted(Path(__file__).parent.glob("*.py")):
        runner.update(path.read_bytes())
    python = ".".join(platform.python_version_tuple()[:2])
    names = [name.partition("[")[0] for name in pins(ROOT, *REQUIREMENTS)]
    packages = {name: installed(name) for name in names}
    return {"Python": python, "the runner's code": runner.hexdigest()[:8]} | packages


def differences(other):
    """What of another site is not as here, in words; empty if nothing."""
    mine = site()
    return ", ".join(
        f"{name} is {other.get(name)} there and {mine.get(name)} here"
        for name in sorted({*mine, *other}) if mine.get(name) != other.get(name)
    )


def pins(root, *files):
    """The packages that requirements of a project pin: name -> as it is pinned."""
    lines = [line for name in files for line in Path(root, name).read_text(encoding="utf-8").splitlines()]
    pinned = [line.partition("#")[0].strip() for line in lines if "==" in line and not line.startswith("#")]
    return {line.partition("==")[0]: line for line in pinned}


def installed(name):
    """The version of a package, without its build; None if it is not there."""
    try:
        return version(name).split("+")[0]
    except PackageNotFoundError:
        return None
