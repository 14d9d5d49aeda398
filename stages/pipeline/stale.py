"""Which stages an edit makes stale."""

from stages.pipeline.project import declared, followers, from_root, parameters, pipeline, title


def stale(repo, edit):
    """The titles of the stages that run again when `edit`, a parameter or (with a slash) a file, has changed."""
    touched = concerns_file if "/" in edit else concerns_parameter
    direct = [stage for stage in pipeline(repo) if touched(repo, stage, edit)]
    return {title(repo.root_dir, stage) for stage in [*direct, *followers(repo, direct)]}


def concerns_parameter(repo, stage, name):
    """Whether a stage declares the parameter `name`, what it is in or something in it."""
    return any(f"{name}.".startswith(f"{one}.") or one.startswith(f"{name}.") for one in declared(stage))


def concerns_file(repo, stage, path):
    """Whether a stage depends on the file `path` or a folder that it is in."""
    paths = [from_root(repo.root_dir, dep.fs_path) for dep in stage.deps if dep not in parameters(stage)]
    return any(f"{path}/".startswith(f"{one}/") for one in paths)
