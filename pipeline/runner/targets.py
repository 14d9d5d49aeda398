"""The stages that a command line names."""

import difflib
import os

from dvc.dvcfile import PROJECT_FILE
from dvc.repo.reproduce import collect_stages
from dvc.stage.exceptions import StageFileDoesNotExistError, StageNotFound

from pipeline.project import pipeline, title
from stages.core.errors import UserError


def of_root(repo):
    """The stages of ./dvc.yaml, which are DVC's targets if none are named."""
    path = os.path.abspath(PROJECT_FILE)
    return [stage for stage in repo.index.stages if stage.path == path]


def named(repo, targets):
    """The stages that DVC takes `targets` for: stages, dvc.yaml files. UserError if it knows none."""
    try:
        return collect_stages(repo, targets)
    except (StageNotFound, StageFileDoesNotExistError) as error:
        raise UserError(f"{error}{nearest(repo, targets)}") from None


def nearest(repo, targets):
    """The end of a message: the stage whose name, with or without its file or variant, is most like one."""
    names = {}
    for stage in reversed(pipeline(repo)):
        whole = title(repo, stage)
        for name in whole, stage.name:
            names |= {name.partition("@")[0]: whole, name: whole}
    unknown = [target for target in targets if target not in names.values()]
    near = [match for target in unknown for match in difflib.get_close_matches(target, names, 1, 0.75)]
    return f": did you mean {names[near[0]]}?" if near else ""
