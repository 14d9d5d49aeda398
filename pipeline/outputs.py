"""What the run-cache needs to restore every stage, and who keeps a stage's outputs: git or DVC."""

import os
import subprocess
from pathlib import PurePosixPath

from pipeline.project import from_root, pipeline, title


def complaints(repo):
    """Stages that could not be restored, outputs that git and DVC both keep or neither, and leftovers."""
    found = [f"{title(repo, stage)}: {line}" for stage in pipeline(repo) for line in of_stage(repo, stage)]
    return found + leftovers(repo)


def of_stage(repo, stage):
    """What is wrong with a stage's dependencies and outputs."""
    if not stage.deps:
        yield "has no dependency: DVC would run it every time"
    if not stage.outs:
        yield "has no output: DVC could not restore it"
    if stage.always_changed:
        yield "has always_changed: DVC would run it every time"
    for out in stage.outs:
        path, ignored = from_root(repo, out), is_ignored(repo, out)
        if out.persist:
            yield f"{path} has persist: the run-cache would never restore the stage"
        if not out.use_cache and not (out.is_metric or out.is_plot):
            yield f"{path} has cache: false under outs: put it under metrics or plots, or let DVC cache it"
        if out.use_cache and not ignored:
            yield f"{path} is cached by DVC but not ignored by git: add cache: false, or a line to .gitignore"
        if not out.use_cache and ignored:
            yield f"{path} has cache: false, which leaves it to git, but .gitignore excludes it: mend one"


def is_ignored(repo, out):
    """Whether git ignores an output; a rule for a folder is for one that is not there yet, too."""
    return repo.scm.is_ignored(out.fs_path) or repo.scm.is_ignored(f"{out.fs_path}{os.sep}")


def leftovers(repo):
    """The JSON and CSV files in the folders where stages write for git, that no stage writes."""
    written = {PurePosixPath(from_root(repo, out)) for out in repo.index.outs if not out.use_cache}
    folders = {path.parts[0] for path in written if len(path.parts) > 1}
    return [
        f"{file}: no stage writes it: delete it"
        for file in map(PurePosixPath, files_for_git(repo.root_dir))
        if file.suffix in {".json", ".csv"} and file.parts[0] in folders
        and written.isdisjoint({file, *file.parents})
    ]


def files_for_git(root):
    """The files that are in git or would be with `git add --all`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    return listed.split("\0")[:-1]
