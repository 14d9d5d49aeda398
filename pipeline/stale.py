"""Which stages an edit makes stale."""

from pipeline.project import declared, followers, from_root, parameters, pipeline, title


def stale(repo, edit):
    """The titles of the stages that run again when `edit`, a parameter or (with a slash) a file, changes."""
    concerns = concerns_file if "/" in edit else concerns_parameter
    direct = [stage for stage in pipeline(repo) if concerns(repo, stage, edit)]
    return {title(repo, stage) for stage in [*direct, *followers(repo, direct)]}


def concerns_parameter(repo, stage, name):
    """Whether a stage declares the parameter `name`, what it is in or something in it."""
    return any(f"{name}.".startswith(f"{one}.") or one.startswith(f"{name}.") for one in declared(stage))


def concerns_file(repo, stage, path):
    """Whether a stage depends on the file `path` or a folder that it is in."""
    files = [from_root(repo, dep) for dep in stage.deps if dep not in parameters(stage)]
    return any(f"{path}/".startswith(f"{file}/") for file in files)
