"""Do the dvc.lock files, and with them the results in git, belong to this code and these parameters?

    python -m stages.pipeline.lock

DVC's exit codes do not tell: `dvc status` is 0 whatever it finds, `dvc repro --dry` is 0 with stale stages.
Data may be absent, as in a fresh clone: what a stage wrote and others read is compared by its locked hashes.
"""

from dvc_data.hashfile.tree import Tree

from stages.core.errors import UserError
from stages.core.stage import main
from stages.pipeline.project import followers, from_root, parameters, pipeline, project, title


def run():
    with project(".") as repo:
        found = complaints(repo)
    print("\n".join(found or ["dvc.lock agrees with code, parameters and results"]))
    if found:
        raise UserError("dvc.lock is out of date: run `dvc repro`, then commit dvc.lock, metrics/ and plots/")


def complaints(repo):
    """Why stages are stale, a line for each reason, and what is locked but no stage."""
    stages = pipeline(repo)
    reasons = {stage: list(of_stage(repo, stage)) for stage in stages}
    for stage in followers(repo, [stage for stage in stages if reasons[stage]]):
        reasons[stage] = reasons[stage] or ["a stage before it is stale"]
    lines = [f"{title(repo, stage)}: {reason}" for stage in stages for reason in reasons[stage]]
    return lines + orphans(repo, stages)


def of_stage(repo, stage):
    """Why a stage is stale by itself."""
    entry = locked(stage).get(stage.name)
    if not entry:
        yield "is not in dvc.lock"
        return
    if stage.cmd_changed:
        yield f"cmd is `{stage.cmd}`, in dvc.lock `{entry.get('cmd')}`"
    for dep in stage.deps:
        yield from of_parameters(dep) if dep in parameters(stage) else of_dependency(repo, dep)
    for out in stage.outs:
        if not out.hash_info:
            yield f"{from_root(repo, out)} is not in dvc.lock"
        elif not out.use_cache:
            yield from of_file(repo, out)


def of_parameters(dep):
    """The parameters of a stage whose value is not the locked one."""
    now, then = dep.read_params(), dep.hash_info.value or {}
    for name in dep.params:
        if name not in now:
            yield f"{name} is not in params.yaml"
        elif name not in then:
            yield f"{name} is not in dvc.lock"
        elif now[name] != then[name]:
            yield f"{name} is {now[name]}, in dvc.lock {then[name]}"


def of_dependency(repo, dep):
    """What is wrong with a dependency: stages wrote something else, or the file is not the locked one."""
    path = dep.fs_path
    parts = [out for out in repo.index.outs if out.fs_path == path or repo.fs.isin(out.fs_path, path)]
    inside = any(repo.fs.isin(path, out.fs_path) for out in repo.index.outs)
    if not dep.hash_info:
        yield f"{from_root(repo, dep)} is not in dvc.lock"
    elif parts:
        if written(repo, dep, parts) not in (None, dep.hash_info):
            yield f"{from_root(repo, dep)} is not what dvc.lock says that the stages before it wrote"
    elif dep.exists or not inside:                           # what is in a stage's folder may be absent
        yield from of_file(repo, dep)


def of_file(repo, item):
    """Whether the file of a dependency or an output is the locked one."""
    for status in item.workspace_status().values():
        yield f"{from_root(repo, item)} is {'missing' if status == 'deleted' else 'not the one in dvc.lock'}"


def written(repo, dep, parts):
    """The hash of a dependency as it follows from those of the outputs in it; None where they cannot tell."""
    hashes = [out.hash_info for out in parts]
    if parts[0].fs_path == dep.fs_path:
        return hashes[0] or None
    if any(not one or one.isdir for one in hashes):
        return None
    folder = Tree()
    for out in parts:
        folder.add(repo.fs.relparts(out.fs_path, dep.fs_path), None, out.hash_info)
    folder.digest()
    return folder.hash_info


def orphans(repo, stages):
    """Entries of dvc.lock files that are no stages any more; DVC never removes them."""
    one_each = {stage.dvcfile.path: stage for stage in stages}.values()
    return [
        f"{title(repo, stage).removesuffix(stage.name)}{name}: is in dvc.lock but no stage: delete the entry"
        for stage in one_each
        for name in sorted(set(locked(stage)) - set(stage.dvcfile.stages))
    ]


def locked(stage):
    """The entries of the dvc.lock beside a stage's dvc.yaml, by name."""
    return stage.dvcfile.stages.lockfile_data


if __name__ == "__main__":
    main(run)
