"""Writes docs/stability.md: do verdicts of the default run hold with other seeds?

    python -m bench.stability          or `make stability`

The default pipeline is computed three times, every seed moved by 0, 10 and 20, each time in a copy of the
project with the same cache of DVC: data, which no seed changes, are not computed again. What a finished run
found is kept in FOLDER, so that this goes on where it was stopped.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import numpy as np

from bench.agreement import page, plain_against_plain
from pipeline.copies import copy
from pipeline.documents import load_document, save_document
from pipeline.outputs import files_for_git
from pipeline.project import project
from stages.core.compute import processor
from stages.core.errors import UserError
from stages.core.files import read_json, write
from stages.core.measurements import measured
from stages.core.params import FILE, load_yaml
from stages.core.stage import main

FOLDER = Path(".dvc/tmp/stability")
MOVED = 0, 10, 20
PLAIN = "data/noise/robustness/sgd"      # of each plain network, which test images it got right
NO_MATTER = ("docs/", "metrics/", "plots/", "tests/", ".github/")        # what results do not depend on


def run():
    place = FOLDER / fingerprint(".")
    for by in MOVED:
        if not (place / str(by)).is_dir():
            compute(place, by)
    runs = {seeds(place / str(by)): metrics(place / str(by)) for by in MOVED}
    right = np.concatenate([plain(place / str(by)) for by in MOVED])
    write("docs/stability.md", page(runs, plain_against_plain(right), processor()))
    print("docs/stability.md is written")


def fingerprint(root):
    """A hash of all files that results depend on."""
    found = hashlib.sha256()
    for name in sorted(files_for_git(root)):
        path = Path(root, name)
        if path.is_file() and not name.startswith(NO_MATTER) and path.suffix not in (".md", ".lock"):
            found.update(f"{name}\0".encode() + path.read_bytes())
    return found.hexdigest()[:16]


def compute(place, by):
    """Runs the default pipeline with all seeds moved; leaves what it found in `place`/<by>."""
    folder, results = place / f"run-{by}", place / f"unfinished-{by}"
    if not folder.is_dir():
        prepare(place / f"copy-{by}", by)
        (place / f"copy-{by}").rename(folder)
    print(f"seeds moved by {by}: in {folder}", flush=True)
    if subprocess.run([sys.executable, "-m", "pipeline.runner"], cwd=folder, check=False).returncode:
        raise UserError(f"the run in {folder} failed: mend what it says, then this goes on from there")
    shutil.rmtree(results, ignore_errors=True)
    for name in FILE, "metrics", PLAIN:
        source, target = folder / name, results / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    results.rename(place / str(by))
    shutil.rmtree(folder)


def prepare(folder, by):
    """Makes a copy of the project that has its cache, the default parameters and all seeds moved."""
    shutil.rmtree(folder, ignore_errors=True)
    with project(".") as repo:
        cache = os.path.abspath(repo.cache.local_cache_dir)
    copy(".", folder)
    for words in (["dvc", "cache", "dir", "--local", cache], ["pipeline.profile", "default"]):
        subprocess.run([sys.executable, "-m", *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    move(folder / FILE, by)


def move(path, by):
    """Adds `by` to every seed of a params.yaml."""
    document = load_document(path)
    document["seeds"] = [seed + by for seed in document["seeds"]]
    save_document(path, document)


def seeds(results):
    """The seeds of a run in words."""
    found = load_yaml(results / FILE)["seeds"]
    return f"{found[0]}–{found[-1]}"


def metrics(results):
    """The metrics of a run: experiment -> content."""
    return {path.stem: read_json(path) for path in sorted(results.glob("metrics/*.json"))}


def plain(results):
    """Percent right of each plain network on each test image (seeds, images): 0 or 100."""
    with chdir(results):
        listed = load_yaml(FILE)["seeds"]
        found = measured(f"{PLAIN}/{{seed}}.safetensors", seed=listed)["clean"]
    return 100 * found.transpose("seed", "image").to_numpy()


if __name__ == "__main__":
    main(run)
