"""What the run-cache needs, so that it can restore every stage, and what git keeps of a stage's outputs."""

import subprocess
from pathlib import PurePosixPath

from stages.pipeline.project import from_root, pipeline, title


def complaints(repo):
    """Where stages cannot be restored, and where git and dvc.yaml disagree on who keeps an output."""
    stages = pipeline(repo)
    found = [f"{title(repo.root_dir, stage)}: {line}" for stage in stages for line in of_stage(repo, stage)]
    return found + left_over(repo, stages)


def of_stage(repo, stage):
    """What is wrong with a stage's dependencies and outputs."""
    if not stage.deps:
        yield "has no dependency: DVC would run it every time"
    if not stage.outs:
        yield "has no output: DVC could not restore it"
    if stage.always_changed:
        yield "has always_changed: DVC would run it every time"
    for out in stage.outs:
        path = from_root(repo.root_dir, out.fs_path)
        if out.persist:
            yield f"{path} has persist: the run-cache would never restore the stage"
        if not out.use_cache and not (out.is_metric or out.is_plot):
            yield f"{path} has cache: false under outs: put it under metrics or plots, or let DVC cache it"
        ignored = repo.scm.is_ignored(out.fs_path)
        if out.use_cache and not ignored:
            yield f"{path} is cached by DVC but not ignored by git: add cache: false (if small) or a line in .gitignore"
        if not out.use_cache and ignored:
            yield f"{path} has cache: false, so git should keep it, but .gitignore excludes it: change one of them"


def left_over(repo, stages):
    """The JSON and CSV files that lie where stages write such files for git, but that no stage writes."""
    written = [PurePosixPath(from_root(repo.root_dir, out.fs_path)) for stage in stages for out in stage.outs
               if not out.use_cache]
    folders = sorted({path.parts[0] for path in written if len(path.parts) > 1})
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", "--", *folders]
    listed = subprocess.run(command, cwd=repo.root_dir, capture_output=True, text=True, check=True).stdout
    files = [PurePosixPath(line) for line in listed.splitlines() if line.endswith((".json", ".csv"))] if folders else []
    return [
        f"{file}: no stage writes it, so it is a leftover: delete it"
        for file in files
        if not {file, *file.parents} & set(written)
    ]
