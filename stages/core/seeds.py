"""Seeds: a stage computes one variant for all of them, one after another.

    for seed in each_seed():
        rng = start(seed)
        ...                                                  # writes its files

A stage that was killed goes on with the seed it was at: the files that a finished seed wrote are kept beside
the checkpoints (checkpoint.py) until the stage has succeeded, and put back when it is run again with the same
inputs. Every seed begins from `start`, so that none depends on those before it.
"""

import os
import shutil
from pathlib import Path

from stages.core import checkpoint, files
from stages.core.params import Seeds, read


def listed(most=None):
    """The seeds that params.yaml lists; for what costs much only the first `most` of them."""
    return read("seeds", Seeds)[:most]


def each_seed(most=None):
    """The same, one by one, but for those that a killed run had finished."""
    for seed in listed(most):
        if "DVC_STAGE" not in os.environ:
            yield seed
            continue
        place = checkpoint.folder() / str(seed)
        if (place / "files").is_dir():
            put_back(place / "files")
            print(f"seed {seed} was finished before: its files are put back", flush=True)
            continue
        checkpoint.begin(place)
        before = len(files.written)
        yield seed
        keep(files.written[before:], place)


def keep(paths, place):
    """Copies the files `paths` below `place`/files, all or none, and forgets the seed's checkpoints."""
    unfinished = place / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    for path in paths:
        (unfinished / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, unfinished / path)
    unfinished.mkdir(parents=True, exist_ok=True)
    unfinished.rename(place / "files")
    for file in place.glob("*.pt"):
        file.unlink()


def put_back(kept):
    """Writes all files below `kept` where they were."""
    for file in checkpoint.files_below(kept):
        files.write(file.relative_to(kept), Path(file).read_bytes())
