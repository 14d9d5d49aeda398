"""A kit: a folder with what a machine without DVC and network needs to run stages, and the way back.

    python -m pipeline.kit pack ../restage-kit            or `make gpu-kit`
    python -m pipeline.kit back ../restage-kit

There, kit_run.py runs the commands as they stand in dvc.yaml, in the order of DVC's graph. What stages write
that wait for no other, data, comes along made. Everything that the others read, and that none of them writes,
is noted with its hash: results come home only to the code, data and parameters that they are of.
"""

import argparse
import shutil
import subprocess
import sys
import tarfile
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from dvc.dependency import ParamsDependency
from dvc.exceptions import DvcException

from pipeline.kit_run import KIT, WHEELS, changed, digest, done_in, read_kit, remove
from pipeline.profile import changes, profiles
from pipeline.project import from_root, one_line, pipeline, title
from pipeline.project import project as opened
from pipeline.revisions import git
from pipeline.runner.books import Books
from pipeline.runner.clone import overlap
from pipeline.runner.needs import Seconds, needs
from pipeline.runner.site import REQUIREMENTS, pins
from stages.core.errors import UserError
from stages.core.files import write_json
from stages.core.sections import check_all
from stages.core.words import counted

SECONDS = ".dvc/tmp/runner/seconds.json"
PARTS = "__init__", "commands", "forked", "guard", "machine", "schedule", "warm"
RUNNER = ["pipeline/__init__.py", "pipeline/kit_run.py", *(f"pipeline/runner/{part}.py" for part in PARTS)]
MODELS = "models"
NOT_THERE = {"torch", "torchvision", "dvc", "distributed"}   # too large, or not needed there


def parser():
    """The command line."""
    words = argparse.ArgumentParser(prog="python -m pipeline.kit", description=__doc__.split("\n")[0])
    ways = words.add_subparsers(dest="way", required=True)
    pack = ways.add_parser("pack", help="write a kit")
    pack.add_argument("path", help="a folder outside the project that is not there yet, or a file *.tar")
    pack.add_argument("targets", nargs="*", help="stages or dvc.yaml files; default: all of ./dvc.yaml")
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    pack.add_argument("--wheels", metavar="PYTHON", nargs="?", const=python,
                      help="also packages for that version; without one: %(const)s")
    back = ways.add_parser("back", help="bring results home from a kit's folder")
    back.add_argument("path", help="the folder")
    back.add_argument("--models", action="store_true", help=f"also what is in {MODELS}/")
    return words


def pack(path, targets, wheels):
    """Writes a kit to a folder, or to a .tar that holds it."""
    path = Path(path)
    if path.exists():
        raise UserError(f"{path} exists: name another folder, or delete it")
    if path.resolve().is_relative_to(Path.cwd()):
        raise UserError(f"{path} is in the project: DVC would find its stages twice: name a folder outside")
    check_all()
    with closing(Books()) as books:
        kit = contents(books, books.plan(targets))
    with tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix="kit-", suffix=".tmp") as folder:
        whole = Path(folder, path.stem)
        for one in {*kit["given"], *kit.pop("files")}:
            put(Path(one), whole / one)
        write_json(whole / KIT, kit)
        if wheels:
            download(whole / WHEELS, wheels)
        if path.suffix == ".tar":
            with tarfile.open(Path(folder, path.name), "w") as archive:
                archive.add(whole, path.stem)
            whole = Path(folder, path.name)
        whole.rename(path)
    print(f"{path}: {counted(len(kit['stages']), 'stage')} of {kit['of']}; there, in the folder: "
          "python -m pipeline.kit_run")


def contents(books, plan):
    """What a kit says of the stages of a plan; under `files` what else they need there."""
    repo, seconds = books.repo, Seconds(SECONDS)
    sources = [stage for stage, before in plan.items() if not before]
    names = {stage: title(repo, stage) for stage in plan if stage not in sources}
    if not names:
        raise UserError("nothing is to be run there: these stages wait for no other, and come along made")
    if stale := books.stale(dict.fromkeys(sources, ())):
        old = " ".join(title(repo, stage) for stage in stale)
        raise UserError(f"data that goes along is missing or old: `python -m pipeline.runner {old}` makes it")
    given = {path: digest(Path(path)) for path in {*read(repo, names, sources)}}
    stages = []
    for stage, name in names.items():
        waits = [names[one] for one in plan[stage] if one in names]
        stages.append(definition(repo, stage) | {"waits": waits, "seconds": seconds.expected(name)})
    pipelines = [Path(stage.path).relative_to(repo.root_dir).as_posix() for stage in names]
    return {
        "of": origin(given), "packages": [*lacked(*REQUIREMENTS)], "given": given, "stages": stages,
        "files": [*RUNNER, *pipelines, *(path.as_posix() for path in Path("stages").rglob("*.py"))],
    }


def definition(repo, stage):
    """What a kit says of one stage, which is the same as long as its dvc.yaml is."""
    return {
        "name": title(repo, stage),
        "stage": stage.addressing,
        "commands": stage.cmd if isinstance(stage.cmd, list) else stage.cmd.splitlines(),
        "folder": Path(stage.wdir).relative_to(repo.root_dir).as_posix(),
        "outs": [from_root(repo, out) for out in stage.outs],
        "deps": sorted(from_root(repo, dep) for dep in stage.deps),
        "needs": needs(repo, stage)._asdict(),
    }


def read(repo, stages, sources):
    """The files and folders that stages read and only `sources` write, or nobody."""
    made = {from_root(repo, out) for stage in sources for out in stage.outs}
    for stage in stages:
        for dep in stage.deps:
            path = from_root(repo, dep)
            writers = [out for out in repo.index.outs if overlap(out.fs_path, dep.fs_path)]
            if isinstance(dep, ParamsDependency) or not writers:
                if not Path(path).exists():
                    raise UserError(f"{title(repo, stage)} reads {path}, which does not exist")
                yield path
            yield from made.intersection(from_root(repo, out) for out in writers)


def origin(given):
    """The commit and the profile of what is given to stages, in words."""
    try:
        commit = f"commit {git('rev-parse', 'HEAD')[:12]}"
        commit += " with changes that are not committed" if git("status", "--porcelain", "--", *given) else ""
    except (UserError, OSError):
        commit = "no commit"
    for name in profiles("."):
        with suppress(UserError):
            if not changes(".", name):
                return f"{commit}, profile {name}"
    return f"{commit}, parameters of no profile"


def put(source, target):
    """Copies a file or a folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def lacked(*files):
    """The packages of requirements that a kit may lack there: name -> as it is pinned."""
    return {name: line for name, line in pins(".", *files).items() if name not in NOT_THERE}


def download(folder, python):
    """Downloads wheels for a version of Python, with what they need in turn."""
    with_others, alone = (list(lacked(file).values()) for file in REQUIREMENTS)
    words = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download"]
    words += ["--only-binary", ":all:", "--python-version", python, "--dest", str(folder)]
    for more in with_others, ["--no-deps", *alone]:
        if subprocess.run([*words, *more], check=False).returncode:
            raise UserError(f"pip could not download wheels for Python {python}: it says why above")
    names = sorted(path.name.split("-")[0] for path in folder.glob("*.whl"))
    (folder / "names.txt").write_text("\n".join(names) + "\n", encoding="utf-8")


def back(folder, models):
    """Brings what stages of a kit wrote home, if it is of the code, data and parameters that are here."""
    kit, done = read_kit(folder), done_in(folder)
    if unlike := changed(kit["given"], folder):
        raise UserError(f"{', '.join(unlike)} in {folder} were changed since the kit was made")
    if unlike := changed(kit["given"], ".") or redefined(kit["stages"]):
        raise UserError(f"{', '.join(unlike)}: not as in the kit, of {kit['of']}: check that out first")
    outs = [out for stage in kit["stages"] if stage["name"] in done for out in stage["outs"]]
    taken = [out for out in outs if models or Path(out).parts[0] != MODELS]
    for out in taken:
        bring(Path(folder, out), Path(out))
    stayed = f"; {MODELS}/ stayed there, --models brings it" if outs != taken else ""
    print(f"{counted(len(taken), 'output')} of {counted(len(done), 'stage')} brought, of {kit['of']}{stayed}")
    if left := [stage["name"] for stage in kit["stages"] if stage["name"] not in done]:
        print(f"not done there: {', '.join(left)}")


def redefined(stages):
    """Those of a kit's stages that dvc.yaml has otherwise, or no more."""
    with opened(".") as repo:
        here = {title(repo, stage): definition(repo, stage) for stage in pipeline(repo)}
    gone = {"name": None}
    return [stage["name"] for stage in stages if not here.get(stage["name"], gone).items() <= stage.items()]


def bring(source, target):
    """Puts a result in the place of an older one, which may be a link into DVC's cache."""
    new = target.with_name(f"{target.name}.tmp")
    remove(new)
    put(source, new)
    remove(target)
    new.rename(target)


def main():
    words = parser().parse_args()
    try:
        if words.way == "pack":
            pack(words.path, words.targets, words.wheels)
        else:
            back(words.path, words.models)
    except (UserError, DvcException) as error:
        sys.exit(f"error: {one_line(error)}")


if __name__ == "__main__":
    main()
