"""Writes the locks, requirements/*.txt, from what we ask for, requirements/*.in: all versions, with hashes.

    python -m pipeline.locks keep          # versions as the locks have them, where the .in files allow that
    python -m pipeline.locks upgrade       # the newest of what is needed in turn

A lock holds for every platform and Python from 3.11. All locks fit together, and a package is in one of them
only: cluster.txt and test.txt come on top of run.txt. What torch wants for CUDA is in cuda.txt, because its
builds without CUDA (cpu-builds.txt) need none of it. torch-cpu.txt admits only those, because pip prefers a
file whose index tells its hash to a build that lies in a folder.
"""

import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from stages.core.errors import UserError
from stages.core.files import write
from stages.core.stage import main

FOLDER = Path("requirements")
LOCKS = "torch", "run", "cuda", "cluster", "test"
PYTHON = "3.11"
CUDA = re.compile(r"nvidia-|cuda-|triton$")
BLOCK = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>\S+).*\n(?:    .*\n)*", flags=re.MULTILINE)
HEADER = "# Made by `make lock` from {}.in; do not edit.\n"


def run(how: str):
    if how not in ("keep", "upgrade"):
        raise UserError(f"{how} is neither keep nor upgrade")
    builds = (FOLDER / "cpu-builds.txt").read_text(encoding="utf-8")
    texts = [path.read_text(encoding="utf-8") for path in map(lock, LOCKS) if path.exists()]
    known = "".join(lines for text in texts for lines in blocks(text).values())
    with TemporaryDirectory() as scratch:
        everything, part = Path(scratch, "all.txt"), Path(scratch, "part.txt")
        everything.write_text(known if how == "keep" else "", encoding="utf-8")
        compiled(everything, "run", "cluster", "test")       # at first together, so that all fit
        wanted = ["run"], ["run", "cluster"], ["run", "cluster", "test"]
        packages, *more = (blocks(compiled(part, *sources, constraints=everything)) for sources in wanted)
        for name, content in split(with_builds(packages, builds), *more).items():
            write_lock(name, content)
        write_lock("torch-cpu", without_cuda(packages["torch"], builds))
        for name in "run-no-deps", "test-no-deps":
            write_lock(name, "".join(blocks(compiled(part, name, deps=False)).values()))


def lock(name):
    """The file of a lock."""
    return FOLDER / f"{name}.txt"


def write_lock(name, content):
    source = "run" if name in ("torch", "torch-cpu", "cuda") else name
    write(lock(name), HEADER.format(source) + content)


def compiled(output, *sources, constraints=None, deps=True):
    """What uv finds for some of our .in files, as text; `output` may hold versions to keep."""
    words = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", PYTHON]
    words += ["--generate-hashes", "--no-header", "--no-annotate", "--output-file", str(output)]
    words += ["--constraints", str(constraints)] if constraints else []
    words += [] if deps else ["--no-deps"]
    try:
        done = subprocess.run([*words, *(str(FOLDER / f"{one}.in") for one in sources)], check=False)
    except FileNotFoundError:
        raise UserError("uv is not installed: `make lock` installs it") from None
    if done.returncode:
        raise UserError(f"uv found no versions for {', '.join(sources)}: it says why above")
    text = output.read_text(encoding="utf-8")
    if constraints or not deps:
        output.unlink()
    return text


def blocks(text):
    """The packages of a lock: name -> its lines."""
    return {found["name"]: found[0] for found in BLOCK.finditer(text)}


def with_builds(packages, builds):
    """Packages whose locks take the builds of cpu-builds.txt, too."""
    packages = dict(packages)
    for name in dict.fromkeys(re.findall(r"  (\w+)-", builds)):
        packages[name] = packages[name].rstrip("\n") + sums(name, packages[name], builds) + "\n"
    return packages


def without_cuda(torch, builds):
    """The lock of torch that takes only the builds of cpu-builds.txt, from the one that takes all others."""
    return f"torch=={BLOCK.match(torch)['version']}+cpu{sums('torch', torch, builds)}\n"


def sums(name, lines, builds):
    """The hashes of the builds of a package, whose lines in a lock say the version, as more of such lines."""
    version = BLOCK.match(lines)["version"]
    found = re.findall(rf"^(\w{{64}})  {name}-{re.escape(version)}\+cpu-", builds, flags=re.MULTILINE)
    if not found:
        raise UserError(f"{FOLDER / 'cpu-builds.txt'} has no build of {name} {version}: add their sums")
    return "".join(f" \\\n    --hash=sha256:{one}" for one in found)


def split(run, cluster, test):
    """The text of each lock, from the packages of some that contain each other."""
    cuda = {name: lines for name, lines in run.items() if CUDA.match(name)}
    rest = {name: lines for name, lines in run.items() if name not in cuda and name != "torch"}
    parts = {
        "torch": {"torch": run["torch"]}, "run": rest, "cuda": cuda,
        "cluster": {name: lines for name, lines in cluster.items() if name not in run},
        "test": {name: lines for name, lines in test.items() if name not in cluster},
    }
    texts = {name: "".join(packages.values()) for name, packages in parts.items()}
    texts["run"] = "-r torch.txt\n" + texts["run"]
    return texts


if __name__ == "__main__":
    main(run)
