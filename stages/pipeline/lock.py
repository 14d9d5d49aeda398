"""Do the dvc.lock files, and with them the results in git, belong to this code and these parameters?

    python -m stages.pipeline.lock

DVC's exit codes do not tell: `dvc status` is 0 whatever it finds, `dvc repro --dry` is 0 with stale stages. Data may be
absent, as in a fresh clone: hashes of what a stage wrote and another read are then compared with one another.
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
    later = followers(repo, [stage for stage in stages if reasons[stage]])
    lines = [
        f"{title(repo.root_dir, stage)}: {reason}"
        for stage in stages
        for reason in reasons[stage] or (["a stage before it is stale"] if stage in later else [])
    ]
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
        path = from_root(repo.root_dir, out.fs_path)
        if not out.hash_info:
            yield f"{path} is not in dvc.lock"
        elif not out.use_cache:
            yield from of_file(path, out)


def of_parameters(dep):
    """The parameters of a stage whose value is not the locked one."""
    now, then = dep.read_params(), dep.hash_info.value or {}
    for name in dep.params:
        if name not in now:
            yield f"{name} is not in {dep}"
        elif name not in then:
            yield f"{name} is not in dvc.lock"
        elif now[name] != then[name]:
            yield f"{name} is {now[name]}, in dvc.lock {then[name]}"


def of_dependency(repo, dep):
    """What is wrong with a dependency: other stages wrote something else, or the file is not the locked one."""
    path = from_root(repo.root_dir, dep.fs_path)
    outs = [out for out in repo.index.outs if dep.fs_path == out.fs_path or repo.fs.isin(out.fs_path, dep.fs_path)]
    if not dep.hash_info:
        yield f"{path} is not in dvc.lock"
    elif not outs and (dep.exists or not inside_output(repo, dep)):
        yield from of_file(path, dep)
    elif outs and written(repo, dep, outs) not in (None, dep.hash_info):
        yield f"{path} is not what dvc.lock says that the stages before it wrote"


def of_file(path, item):
    """Whether what lies at `path` is what is locked."""
    for status in item.workspace_status().values():
        yield f"{path} is {'missing' if status == 'deleted' else 'not the one in dvc.lock'}"


def inside_output(repo, dep):
    """Whether a dependency is part of a folder that a stage writes."""
    return any(repo.fs.isin(dep.fs_path, out.fs_path) for out in repo.index.outs)


def written(repo, dep, outs):
    """The hash of a dependency as the locked outputs that are it, or are in it, make it; None if they cannot tell."""
    if any(not out.hash_info for out in outs):
        return None
    if outs[0].fs_path == dep.fs_path:
        return outs[0].hash_info
    if any(out.hash_info.isdir for out in outs):
        return None
    folder = Tree()
    for out in outs:
        folder.add(repo.fs.relparts(out.fs_path, dep.fs_path), None, out.hash_info)
    folder.digest()
    return folder.hash_info


def orphans(repo, stages):
    """Entries of dvc.lock files that are no stages any more; DVC never removes them."""
    files = {stage.dvcfile.path: stage for stage in stages}
    return [
        f"{title(repo.root_dir, stage).removesuffix(stage.name)}{name}: is in dvc.lock but no stage: delete the entry"
        for stage in files.values()
        for name in sorted(set(locked(stage)) - set(stage.dvcfile.stages))
    ]


def locked(stage):
    """The entries of the dvc.lock beside a stage's dvc.yaml, by name."""
    return stage.dvcfile.stages.lockfile_data


if __name__ == "__main__":
    main(run)
