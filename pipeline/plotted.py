"""Have the tables that `plots:` sections name the columns that these draw? DVC says nothing if not."""

import csv
import os
from pathlib import Path

from pipeline.project import pipeline, title


def complaints(repo):
    """Tables and columns that a `plots:` section names and that are not there, a line each."""
    return [line for plot in [*of_stages(repo), *of_files(repo)] for line in missing(repo, *plot)]


def missing(repo, where, path, columns):
    """What is not there of the `columns` of the table at `path`."""
    there, name = header(path), os.path.relpath(path, repo.root_dir)
    if there is None:
        yield f"{where}: plots {name}, which is not there"
        return
    for one in columns:
        if one not in there:
            yield f"{where}: plots {one} of {name}, which has {', '.join(there)}"


def of_stages(repo):
    """What the outputs of stages say: stage, path and columns."""
    for stage in pipeline(repo):
        for out in stage.outs:
            if isinstance(out.plot, dict):
                columns = [out.plot[axis] for axis in ("x", "y") if axis in out.plot]
                if columns:
                    yield title(repo, stage), out.fs_path, columns


def of_files(repo):
    """What the `plots:` sections of dvc.yaml files say: file and title, path and columns."""
    for file, entries in repo.index._plots.items():
        for name, plot in (pair for entry in entries if isinstance(entry, dict) for pair in entry.items()):
            where = f"{os.path.relpath(file, repo.root_dir)}: {name}"
            plot = plot or {}
            ys = plot.get("y", [])
            for path, columns in (ys if isinstance(ys, dict) else {name: ys}).items():
                x = plot.get("x", [])
                wanted = [*listed(columns), *listed(x.get(path, []) if isinstance(x, dict) else x)]
                yield where, Path(file).parent / path, wanted


def listed(columns):
    """One column or a list of them as a list."""
    return columns if isinstance(columns, list) else [columns]


def header(path):
    """The columns of a CSV file; None if there is no such file."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return next(csv.reader(file), [])
    except FileNotFoundError:
        return None
