"""A job for a worker, and how a worker with a clone of its own comes by inputs and hands over outputs.

A worker that sees our directory needs nothing. One in another clone compares its code and parameters with
ours, pulls the inputs from the DVC remote, and pushes the outputs there; hashes travel with the job.
"""

import os
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from dvc.dependency import ParamsDependency
from dvc.repo import Repo
from dvc.stage.run import _make_cmd, get_executable
from dvc.stage.serialize import to_single_stage_lockfile
from dvc.utils import fix_env

from pipeline.project import from_root
from stages.core.errors import UserError
from stages.core.files import write
from stages.core.words import counted

TOKEN = Path(".dvc/tmp/runner/token")
NOTHING = "d41d8cd98f00b204e9800998ecf8427e"                 # md5 of an empty file


class Job(NamedTuple):
    """What a worker needs to know of a stage; paths are relative to the project's folder.

    stage    as DVC addresses it
    lines    its commands
    folder   where they run
    token    what our directory says at TOKEN
    given    file or folder of the project -> its md5
    params   file -> its parameters, name -> value
    inputs   what other stages wrote, as entries of a dvc.lock
    outputs  files and folders that it writes
    """

    stage: str
    lines: list
    folder: str
    token: str
    given: dict
    params: dict
    inputs: list
    outputs: list

    def commands(self):
        """Each command as arguments of subprocess.Popen, by keyword."""
        folder = Path.cwd() / self.folder
        env = fix_env(None) | {"DVC_ROOT": str(Path.cwd()), "DVC_STAGE": self.stage}
        return [{"args": _make_cmd(get_executable(), line), "cwd": folder, "env": env} for line in self.lines]


def new_token():
    """Marks this directory, so that a worker can tell whether it sees it."""
    token = uuid.uuid4().hex
    write(TOKEN, token)
    return token


def job_of(repo, stage, token):
    """The job of a stage whose dependencies have just been hashed."""
    given, params, inputs = {}, {}, []
    for dep in stage.deps:
        if isinstance(dep, ParamsDependency):
            params[from_root(repo, dep)] = dep.hash_info.value
            continue
        written = [out for out in repo.index.outs if overlap(out.fs_path, dep.fs_path)]
        inputs += [entry(repo, out) for out in written]
        if not written:
            given[from_root(repo, dep)] = dep.hash_info.value
    folder = Path(stage.wdir).relative_to(repo.root_dir)
    lines = stage.cmd if isinstance(stage.cmd, list) else stage.cmd.splitlines()
    outputs = [from_root(repo, out) for out in stage.outs]
    return Job(stage.addressing, lines, str(folder), token, given, params, inputs, outputs)


def overlap(one, other):
    """Whether one path is the other or in it."""
    one, other = one + os.sep, other + os.sep                # pathlib takes many times as long
    return one.startswith(other) or other.startswith(one)


def entry(repo, out) -> dict[str, Any]:
    """An output as an entry of dvc.lock."""
    meta = {key: value for key, value in out.meta.to_dict().items() if key != "isdir"}
    return {"path": from_root(repo, out), "hash": "md5", "md5": out.hash_info.value} | meta


def has(token):
    """Whether this process sees the directory that the job comes from."""
    return TOKEN.is_file() and TOKEN.read_text() == token


def share(repo, job):
    """Pushes the inputs of a job, as far as the remote lacks them."""
    reach(repo)
    if job.inputs:
        transfer(repo, pretended(repo, job.inputs), "push")


def fetch(job):
    """Brings the inputs of a job into this clone."""
    with opened() as repo:
        compare(repo, job)
        reach(repo)
        if job.inputs:
            stage = pretended(repo, job.inputs)
            transfer(repo, stage, "pull")
            stage.checkout(force=True)
        pretended(repo, [{"path": path} for path in job.outputs]).remove_outs(ignore_remove=False, force=True)


def compare(repo, job):
    """Whether this clone has the files of the project and the parameters that a job was made with."""
    given = [{"path": path, "hash": "md5", "md5": md5} for path, md5 in job.given.items()]
    for out in pretended(repo, given).outs if given else ():
        if out.workspace_status():
            raise UserError(f"{from_root(repo, out)} in {repo.root_dir} is not as here: `git pull` there")
    for path, values in job.params.items():
        there = ParamsDependency(None, path, list(values), repo=repo).read_params()
        for name, value in values.items():
            if there.get(name) != value:
                raise UserError(f"{name} is {there.get(name)} in {repo.root_dir}/{path}, but {value} here")


def delivered(job, outcome, log):
    """The outcome of a job in this clone, with what it printed and, if all went well, its outputs pushed."""
    outcome = outcome._replace(printed=Path(log).read_bytes())
    if outcome.status != 0:
        return outcome
    with opened() as repo:
        stage = pretended(repo, [{"path": path} for path in job.outputs])
        stage.save_outs()
        stage.commit()
        transfer(repo, stage, "push")
        return outcome._replace(outputs=to_single_stage_lockfile(stage)["outs"])


def collect(repo, entries):
    """Brings outputs that a worker pushed into this directory."""
    stage = pretended(repo, entries)
    transfer(repo, stage, "pull")
    with repo.stage_cache._cache_type_copy():
        stage.checkout(force=True)


@contextmanager
def opened():
    """The clone in which this process works, locked."""
    with Repo(_wait_for_lock=True) as repo, repo.lock:
        yield repo


def pretended(repo, outs):
    """A stage that has these outputs, entries of a dvc.lock: DVC does with it what it does with stages."""
    return repo.stage_cache._create_stage({"cmd": "true", "outs": outs}, wdir=repo.root_dir)


def reach(repo):
    """Writes an empty file to the DVC remote: if that fails, it does before hours of computing, not after."""
    with told("the DVC remote cannot be written to"):
        repo.cloud.get_remote_odb().add_bytes(NOTHING, b"")


def transfer(repo, stage, way):
    """Pushes or pulls the outputs of a stage."""
    with told(f"{way} to or from the DVC remote failed"):
        for objects in stage.get_used_objs().values():
            failed = getattr(repo.cloud, way)(objects).failed
            if failed:
                raise UserError(f"{counted(len(failed), 'file')} could not be transferred")


@contextmanager
def told(what):
    """Inside, an error is told in our words; every kind of remote has a library with errors of its own."""
    try:
        yield
    except Exception as error:
        raise UserError(f"{what}: {error}") from error
