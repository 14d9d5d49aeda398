"""The stages of a project as DVC sees them."""

import os
from contextlib import contextmanager
from pathlib import Path

from dvc.dependency import ParamsDependency
from dvc.exceptions import DvcException
from dvc.repo import Repo
from dvc.stage import PipelineStage
from networkx import ancestors

from stages.core.errors import UserError


@contextmanager
def project(root):
    """DVC's view of the project in the folder `root`; what DVC finds wrong with it is one line."""
    try:
        with Repo(os.fspath(root)) as repo:
            yield repo
    except DvcException as error:
        raise UserError(one_line(error)) from error


def one_line(error):
    """What an error says, with its cause; a UserError has said that already."""
    cause = f": {error.__cause__}" if error.__cause__ and not isinstance(error, UserError) else ""
    return " ".join(f"{error}{cause}".split()) or type(error).__name__


def pipeline(repo):
    """All stages, in the order of their titles."""
    stages = [stage for stage in repo.index.stages if isinstance(stage, PipelineStage)]
    return sorted(stages, key=lambda stage: title(repo, stage))


def title(repo, stage):
    """How DVC addresses a stage from the project's folder: `report`, `stages/noise/dvc.yaml:sgd@1`; data that
    `dvc add` wrote: `data/raw.dvc`.
    """
    path = Path(os.path.relpath(stage.path, repo.root_dir)).as_posix()
    if not isinstance(stage, PipelineStage):
        return path
    return stage.name if path == "dvc.yaml" else f"{path}:{stage.name}"


def from_root(repo, item):
    """The path of a dependency or an output, relative to the project's folder."""
    return Path(os.path.relpath(item.fs_path, repo.root_dir)).as_posix()


def parameters(stage):
    """The dependencies of a stage on parameters."""
    return [dep for dep in stage.deps if isinstance(dep, ParamsDependency)]


def declared(stage):
    """The dotted names of parameters that a stage declares."""
    return [name for dep in parameters(stage) for name in dep.params]


def followers(repo, stages):
    """The stages that depend on one of `stages`, however indirectly."""
    return {later for stage in stages for later in ancestors(repo.index.graph, stage)} - set(stages)
