"""A scheduler and workers in processes of their own, in our directory or in clones that share a remote."""

import asyncio
import io
import queue
import shutil
import ssl
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import psutil
import pytest
from distributed import rpc

from pipeline.runner import certificates, engine, tls
from tests.pipeline.runner.conftest import ENVIRONMENT, ROOT, until

PIPELINE = """\
stages:
  first:
    cmd: cat source.txt source.txt > first.txt; pwd > ../where-first
    deps: [source.txt]
    params: [a]
    outs: [first.txt]
  folder:
    cmd: mkdir -p folder; cp first.txt folder/x; echo y > folder/y; pwd > ../where-folder
    deps: [first.txt]
    outs: [folder]
  scores:
    cmd: mkdir -p scores; wc -c < folder/x > scores/a.json; pwd > ../where-scores
    deps: [folder]
    metrics:
      - scores/a.json:
          cache: false
  table:
    cmd: cat scores/a.json folder/y > table.txt; pwd > ../where-table
    deps: [scores, folder]
    outs: [table.txt]
"""
FILES = {
    "dvc.yaml": PIPELINE, "source.txt": "1\n", "params.yaml": "a: 1\n",
    ".gitignore": "/first.txt\n/folder\n/table.txt\n/started-*\n",
}


class Cluster:
    """A scheduler, and workers each in a folder; with certificates, if there is a folder of them."""

    def __init__(self, folder, tls=None):
        self.folder, self.processes, self.tls = folder, [], ["--tls", str(tls)] if tls else []
        self.address = self.begin("scheduler", folder, "-m", "pipeline.runner.scheduler", "--port", "0",
                                  *self.tls, says="scheduler at").split()[-1]

    def worker(self, folder, environment=ENVIRONMENT):
        """Starts a worker in a folder; returns its process."""
        words = "-m", "pipeline.runner.worker", self.address, "--jobs", "1", *self.tls
        name = f"worker-{len(self.processes)}"
        self.begin(name, folder, *words, says="works for", environment=environment)
        return self.processes[-1]

    def begin(self, name, folder, *words, says, environment=ENVIRONMENT):
        """Starts a process and waits until it prints a line with `says`, which it returns."""
        log = self.folder / f"{name}.log"
        with open(log, "wb") as file:
            self.processes.append(subprocess.Popen(
                [sys.executable, *words], cwd=folder, env=environment, stdout=file, stderr=subprocess.STDOUT
            ))
        until(lambda: says in log.read_text() or self.processes[-1].poll() is not None)
        lines = [line for line in log.read_text().splitlines() if says in line]
        assert lines, log.read_text()
        return lines[0]

    def end(self):
        for process in reversed(self.processes):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path):
    one = Cluster(tmp_path)
    yield one
    one.end()


def with_remote(project, url, **options):
    """Gives a project a default remote."""
    config = f"[core]\n    remote = storage\n['remote \"storage\"']\n    url = {url}\n"
    config += "".join(f"    {name} = {value}\n" for name, value in options.items())
    project.edit({".dvc/config": config})
    return project


def clone(project, name):
    """A second copy of a project, without what DVC keeps."""
    folder = project.folder.parent / name / "clone"
    shutil.copytree(project.folder, folder)
    return folder


def where(folder):
    """Folder in which each stage was run."""
    return {path.name: path.read_text().strip() for path in Path(folder).rglob("where-*")}


@pytest.fixture
def as_dvc(make):
    """dvc.lock as `dvc repro` writes it."""
    theirs = make(FILES, "theirs")
    theirs.by_dvc()
    return (theirs.folder / "dvc.lock").read_bytes()


def test_workers_that_see_our_directory_need_no_remote(make, cluster, as_dvc):
    ours = make(FILES)
    cluster.worker(ours.folder)
    run = ours.by_us(cluster=cluster.address)
    assert not run.failed
    assert (ours.folder / "dvc.lock").read_bytes() == as_dvc
    assert ours.status() == {}


@pytest.fixture
def encrypted(tmp_path):
    """A cluster with certificates in the folder `tls`; `others` has those of another authority."""
    for name in "tls", "others":
        certificates.run(str(tmp_path / name))
    one = Cluster(tmp_path, tmp_path / "tls")
    yield one
    one.end()


def test_with_certificates_a_stage_runs(make, encrypted, as_dvc, tmp_path):
    ours = make(FILES)
    encrypted.worker(ours.folder)
    run = ours.by_us(cluster=encrypted.address, tls=str(tmp_path / "tls"))
    assert encrypted.address.startswith("tls://")
    assert not run.failed
    assert (ours.folder / "dvc.lock").read_bytes() == as_dvc


@pytest.mark.parametrize("role", ["scheduler", "worker"])
def test_who_has_no_certificate_of_ours_is_refused(make, encrypted, tmp_path, role):
    encrypted.worker(make(FILES).folder)
    address = encrypted.address
    if role == "worker":
        log = (tmp_path / "worker-1.log").read_text().splitlines()
        address = next(line.split()[0] for line in log if "works for" in line)
    none = ssl.create_default_context(cafile=tmp_path / "tls/ca.pem")
    none.check_hostname = False
    other = tls.security(tmp_path / "others", "client").get_connection_args("client")
    refused = (address, {"ssl_context": none}), (address, other), (address.replace("tls:", "tcp:"), {})
    for target, arguments in refused:
        with pytest.raises(OSError):                         # noqa: PT011  of several kinds
            asyncio.run(greeting(target, arguments))
    ours = tls.security(tmp_path / "tls", "client").get_connection_args("client")
    assert asyncio.run(greeting(address, ours))["type"].lower() == role


async def greeting(address, arguments):
    """What a scheduler or worker says of itself to those whom it lets in."""
    async with rpc(address, connection_args=arguments, timeout=2) as one:
        return await one.identity()


def test_a_worker_with_a_certificate_of_another_authority_is_refused(make, encrypted, tmp_path):
    folder = make(FILES).folder
    words = encrypted.address, "--tls", str(tmp_path / "others")
    hasty = ENVIRONMENT | {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "1s"}
    encrypted.begin("other", folder, "-m", "pipeline.runner.worker", *words, says="Waiting to connect",
                    environment=hasty)
    ours = tls.security(tmp_path / "tls", "client").get_connection_args("client")
    assert asyncio.run(greeting(encrypted.address, ours))["workers"] == {}
    encrypted.worker(folder)
    assert len(asyncio.run(greeting(encrypted.address, ours))["workers"]) == 1


def test_nothing_of_ours_listens_beyond_this_machine(make, cluster):
    """Unless it is told to: neither the scheduler nor a worker, nor a run without a cluster."""
    cluster.worker(make(FILES).folder)
    local = engine.Engine(queue.SimpleQueue(), 1)
    for process in (*cluster.processes, psutil.Process()):
        ports = psutil.Process(process.pid).net_connections()
        assert {one.laddr.ip for one in ports if one.status == "LISTEN"} == {"127.0.0.1"}
    local.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.2 is nobody's")
def test_a_scheduler_and_a_worker_listen_where_they_are_told(cluster, tmp_path, stages_run):
    there = "--host", "127.0.0.2"
    line = cluster.begin("other", tmp_path, "-m", "pipeline.runner.scheduler", "--port", "0", *there,
                         says="scheduler at")
    address = line.split()[-1]
    assert address.startswith("tcp://127.0.0.2:")
    line = cluster.begin("worker", ROOT, "-m", "pipeline.runner.worker", address, *there, says="works for")
    assert line.startswith("tcp://127.0.0.2:")


@pytest.fixture
def s3(tmp_path):
    """An S3 server on loopback with a bucket; the options of a remote there."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    keys = {"access_key_id": "key", "secret_access_key": "secret", "endpointurl": f"http://{host}:{port}"}
    boto3.client(
        "s3", endpoint_url=keys["endpointurl"], aws_access_key_id="key", aws_secret_access_key="secret",
        region_name="us-east-1",
    ).create_bucket(Bucket="bucket")
    yield {"url": "s3://bucket/restage", "region": "us-east-1"} | keys
    server.stop()


@pytest.mark.parametrize("kind", ["directory", "s3"])
def test_workers_in_clones_share_by_a_remote(make, cluster, as_dvc, kind, request, tmp_path):
    remote = request.getfixturevalue("s3") if kind == "s3" else {"url": str(tmp_path / "remote")}
    ours = with_remote(make(FILES), **remote)
    clones = [clone(ours, name) for name in ("one", "two")]
    for folder in clones:
        cluster.worker(folder)
    said = io.StringIO()
    run = ours.by_us(cluster=cluster.address, out=said)
    assert not run.failed, said.getvalue()
    assert (ours.folder / "dvc.lock").read_bytes() == as_dvc
    assert ours.status() == {}
    assert set(where(tmp_path).values()) <= {str(folder) for folder in clones}
    assert (ours.folder / "scores/a.json").read_text().strip() == "4"


def test_a_stage_whose_worker_is_killed_runs_again_elsewhere(make, cluster, tmp_path):
    slow = "test -e ../started && exit 0; touch ../started; sleep 600"
    pipeline = PIPELINE.replace("mkdir -p folder; cp", f"({slow}); mkdir -p folder; cp")
    ours = with_remote(make(FILES | {"dvc.yaml": pipeline}), str(tmp_path / "remote"))
    first, second = clone(ours, "one"), clone(ours, "two")
    doomed = cluster.worker(first)
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.runner", "--cluster", cluster.address], cwd=ours.folder,
        env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    until((tmp_path / "one/started").exists)
    (tmp_path / "two/started").touch()
    cluster.worker(second)
    doomed.kill()
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0, out
    assert "it will run again" in out
    assert where(tmp_path)["where-folder"] == str(second)
    assert where(tmp_path)["where-first"] == str(first)
    assert ours.status() == {}


def test_a_clone_with_other_parameters_or_files_is_told_so(make, cluster, tmp_path):
    ours = with_remote(make(FILES), str(tmp_path / "remote"))
    folder = clone(ours, "one")
    (folder / "params.yaml").write_text("a: 2\n")
    cluster.worker(folder)
    run = ours.by_us(cluster=cluster.address)
    assert "a is 2 in" in run.failed["first"]
    (folder / "params.yaml").write_text("a: 1\n")
    (folder / "source.txt").write_text("2\n")
    run = ours.by_us(cluster=cluster.address)
    assert "source.txt in" in run.failed["first"]
    assert "git pull" in run.failed["first"]


def test_a_worker_with_other_packages_is_not_used(make, cluster, tmp_path):
    """A folder that Python searches first says that another torch is installed."""
    metadata = tmp_path / "packages/torch-0.1.dist-info/METADATA"
    metadata.parent.mkdir(parents=True)
    metadata.write_text("Metadata-Version: 2.1\nName: torch\nVersion: 0.1\n")
    ours = with_remote(make(FILES), str(tmp_path / "remote"))
    other, alike = clone(ours, "other"), clone(ours, "alike")
    path = f"{tmp_path / 'packages'}:{ENVIRONMENT['PYTHONPATH']}"
    cluster.worker(other, ENVIRONMENT | {"PYTHONPATH": path})
    cluster.worker(alike)
    said = io.StringIO()
    run = ours.by_us(cluster=cluster.address, out=said)
    assert not run.failed, said.getvalue()
    assert f"is not used: torch is 0.1 there and {version('torch').split('+')[0]} here" in said.getvalue()
    assert set(where(tmp_path).values()) == {str(alike)}


SBATCH = """\
#!/bin/sh
# Stands for SLURM: runs a job at once, on this machine. Like SLURM it keeps the script, which dask deletes.
cd /
job="$(dirname "$0")/job-$$"
cp "$1" "$job"
setsid sh "$job" > "$job.out" 2>&1 &
echo $! >> "$(dirname "$0")/jobs"
echo "Submitted batch job $!"
"""
SCANCEL = """\
#!/bin/sh
# Like SLURM it kills what has not ended some seconds after it was asked to.
kill -- "-$1"
setsid sh -c "sleep 5; kill -KILL -- -$1" > /dev/null 2>&1 &
"""
SLURM = """\
kind: SLURMCluster
jobs: 2
cores: 1
memory_gb: 1
interface: lo
walltime: "00:10:00"
"""


def alive(pid):
    """Whether a process runs; a zombie does not."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("folder", [None, "tls"])
def test_workers_that_a_batch_system_starts(make, as_dvc, tmp_path, monkeypatch, folder):
    for name, text in ("sbatch", SBATCH), ("scancel", SCANCEL):
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{ENVIRONMENT['PATH']}")
    monkeypatch.setenv("PYTHONPATH", ENVIRONMENT["PYTHONPATH"])
    (tmp_path / "slurm.yaml").write_text(SLURM)
    ours = make(FILES)
    said = io.StringIO()
    if folder:
        folder = str(tmp_path / folder)
        certificates.run(folder)
    run = ours.by_us(cluster=str(tmp_path / "slurm.yaml"), tls=folder, out=said)
    assert not run.failed, said.getvalue()
    assert (ours.folder / "dvc.lock").read_bytes() == as_dvc
    scripts = [path.read_text() for path in (tmp_path / "bin").glob("job-*[0-9]")]
    assert [("tls://" in one, "tcp://" in one) for one in scripts] == 2 * [(bool(folder), not folder)]
    jobs = [int(line) for line in (tmp_path / "bin/jobs").read_text().split()]
    assert len(jobs) == 2
    until(lambda: not any(map(alive, jobs)))


def test_a_remote_that_is_missing_is_one_clear_line(make, cluster):
    ours = make(FILES)
    cluster.worker(clone(ours, "one"))
    run = ours.by_us(cluster=cluster.address)
    assert "remote" in run.failed["first"]


@pytest.mark.parametrize("kind", ["directory", "s3"])
def test_a_remote_that_cannot_be_reached_is_one_clear_line(make, cluster, kind, tmp_path):
    (tmp_path / "file").touch()
    nobody = {"url": "s3://bucket/restage", "access_key_id": "key", "secret_access_key": "secret"}
    nobody |= {"region": "us-east-1", "endpointurl": "http://127.0.0.1:9"}
    remote = nobody if kind == "s3" else {"url": str(tmp_path / "file/remote")}
    ours = with_remote(make(FILES), **remote)
    cluster.worker(clone(ours, "one"))
    run = ours.by_us(cluster=cluster.address)
    why = "Could not connect" if kind == "s3" else "Not a directory"
    assert run.failed["first"].startswith("the DVC remote cannot be written to: ")
    assert run.failed["first"].count(why) == 1
    assert not where(tmp_path)                               # it is told before anything is computed


def test_a_scheduler_that_does_not_answer_is_one_clear_line(make, monkeypatch):
    ours = make(FILES)
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.runner", "--cluster", "tcp://127.0.0.1:9"], cwd=ours.folder,
        env=ENVIRONMENT, capture_output=True, text=True, check=False,
    )
    assert done.returncode == 1
    assert "no scheduler answers at tcp://127.0.0.1:9" in done.stderr
    assert done.stderr.endswith("`python -m pipeline.runner.worker`\n")
    assert "Traceback" not in done.stderr
