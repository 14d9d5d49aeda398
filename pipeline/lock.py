"""Do the dvc.lock files, and with them the results in git, belong to this code and these parameters?

    python -m pipeline.lock

DVC's exit codes do not tell: `dvc status` is 0 whatever it finds, `dvc repro --dry` is 0 with stale stages.
Data may be absent, as in a fresh clone: what a stage wrote and others read is compared by its locked hashes.
"""

from collections import defaultdict
from pathlib import Path

from dvc_data.hashfile.tree import Tree

from pipeline.project import followers, from_root, parameters, pipeline, project, title
from stages.core.errors import UserError
from stages.core.params import find, load_yaml
from stages.core.stage import main


def run():
    with project(".") as repo:
        found = complaints(repo)
    print("\n".join(found or ["dvc.lock agrees with code, parameters and results"]))
    if found:
        raise UserError("dvc.lock is out of date: run `dvc repro`, then commit dvc.lock, metrics/ and plots/")


class Known:
    """What DVC knows of a project: every file of it is read once, every path looked up and not searched."""

    def __init__(self, repo):
        self.repo, self.stages = repo, pipeline(repo)
        one_each = {stage.path: stage for stage in self.stages}
        self.files = {path: stage.dvcfile.stages for path, stage in one_each.items()}
        self.outs = {out.fs_path: out for out in repo.index.outs}
        self.below = defaultdict(list)                       # folder -> outputs in it
        for path, out in self.outs.items():
            for folder in Path(path).parents:
                self.below[str(folder)].append(out)

    def locked(self, stage):
        """The entries of the dvc.lock beside a stage's dvc.yaml, by name."""
        return self.files[stage.path].lockfile_data

    def parts(self, path):
        """The outputs that `path` consists of: itself, or what stages write in that folder."""
        return [self.outs[path]] if path in self.outs else self.below.get(path, [])

    def inside(self, path):
        """Whether `path` is in a folder that a stage writes."""
        return any(str(folder) in self.outs for folder in Path(path).parents)


def complaints(repo):
    """Why stages are stale, a line for each reason, and what is locked but no stage."""
    known = Known(repo)
    reasons = {stage: list(of_stage(known, stage)) for stage in known.stages}
    for stage in followers(repo, [stage for stage in known.stages if reasons[stage]]):
        reasons[stage] = reasons[stage] or ["a stage before it is stale"]
    lines = [f"{title(repo, stage)}: {reason}" for stage in known.stages for reason in reasons[stage]]
    return [*lines, *orphans(known)]


def of_stage(known, stage):
    """Why a stage is stale by itself."""
    entry = known.locked(stage).get(stage.name)
    if not entry:
        yield "is not in dvc.lock"
        return
    if stage.cmd_changed:
        yield f"cmd is `{stage.cmd}`, in dvc.lock `{entry.get('cmd')}`"
    declared = parameters(stage)
    for dep in stage.deps:
        yield from of_parameters(dep) if dep in declared else of_dependency(known, dep)
    for out in stage.outs:
        if not out.hash_info:
            yield f"{from_root(known.repo, out)} is not in dvc.lock"
        elif not out.use_cache:
            yield from of_file(known.repo, out)


def of_parameters(dep):
    """The parameters of a stage whose value is not the locked one."""
    values, then = load_yaml(dep.fs_path), dep.hash_info.value or {}     # DVC would parse it for every stage
    for name in dep.params:
        try:
            now = find(name, values)
        except UserError:
            yield f"{name} is not in params.yaml"
            continue
        if name not in then:
            yield f"{name} is not in dvc.lock"
        elif now != then[name]:
            yield f"{name} is {now}, in dvc.lock {then[name]}"


def of_dependency(known, dep):
    """What is wrong with a dependency: stages wrote something else, or the file is not the locked one."""
    repo, parts = known.repo, known.parts(dep.fs_path)
    if not dep.hash_info:
        yield f"{from_root(repo, dep)} is not in dvc.lock"
    elif parts:
        if written(repo, dep, parts) not in (None, dep.hash_info):
            yield f"{from_root(repo, dep)} is not what dvc.lock says that the stages before it wrote"
    elif dep.exists or not known.inside(dep.fs_path):        # what is in a stage's folder may be absent
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


def orphans(known):
    """Entries of dvc.lock files that are no stages any more; DVC never removes them."""
    for stage in {stage.path: stage for stage in known.stages}.values():
        file = title(known.repo, stage).removesuffix(stage.name)
        for name in sorted(set(known.locked(stage)) - set(known.files[stage.path])):
            yield f"{file}{name}: is in dvc.lock but no stage: delete the entry"


if __name__ == "__main__":
    main(run)
