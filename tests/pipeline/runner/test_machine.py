"""Which GPUs a stage sees, on a machine that is said to have some."""

import io
import os
import subprocess
import sys

import pytest

from pipeline.runner import machine as here
from stages.core.errors import UserError
from tests.pipeline.runner.conftest import ENVIRONMENT

SHOWS = "echo $CUDA_VISIBLE_DEVICES $PYTORCH_CUDA_ALLOC_CONF >"


def stage(name, gpus=None, before=(), cmd=None, compute=False):
    """A stage of a dvc.yaml that writes what it sees; with `before`, when these have begun to run."""
    waits = "".join(f"until test -e ../began-{one}; do sleep 0.05; done; " for one in before)
    return f"""\
  {name}:
    cmd: touch ../began-{name}; {waits}{cmd or f"{SHOWS} {name}.txt"}
    deps: [source.txt]
{"    params: [compute]" if compute else ""}
    outs: [{name}.txt]
    meta: {{needs: {{{f"gpus: {gpus}" if gpus is not None else ""}}}}}
"""


@pytest.fixture
def project(make):
    """project(*stages, device=...): a project of these stages, which may read `compute`."""
    def project(*stages, device="auto"):
        files = {"dvc.yaml": "stages:\n" + "".join(stages), "source.txt": "1\n"}
        return make(files | {"params.yaml": f"compute: {{device: {device}, threads: 1}}\n"})

    return project


def saw(project, *names):
    """What stages saw."""
    return [(project.folder / f"{name}.txt").read_text().split() for name in names]


@pytest.mark.parametrize(("names", "there"), [
    ("0,1", ["0", "1"]), ("GPU-8f, GPU-11", ["GPU-8f", "GPU-11"]), ("", []), ("2,-1,3", ["2"]), ("-1", []),
])
def test_the_environment_says_which_there_are_as_it_does_to_cuda(gpus, names, there):
    gpus(names)
    assert here.gpus() == there


@pytest.mark.parametrize(("torch", "there"), [("2.13.0", ["0", "1"]), ("2.13.0+cpu", [])])
def test_without_it_the_driver_says_unless_torch_cannot_use_it(monkeypatch, tmp_path, torch, there):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(here, "PLACES", str(tmp_path))
    monkeypatch.setattr(here, "version", lambda _: torch)
    for name in "0000:17:00.0", "0000:65:00.0":
        (tmp_path / name).mkdir()
    assert here.gpus() == there


def test_stages_run_on_the_same_gpu_at_a_time_and_torch_is_bounded(project, gpus):
    """Each waits until the other has begun: one after the other they would wait for ever."""
    gpus("7")
    one = project(stage("a", 0.5, before=["b"]), stage("b", 0.25, before=["a"]))
    assert not one.by_us().failed
    assert saw(one, "a", "b") == [["7", f"per_process_memory_fraction:{share}"] for share in (0.5, 0.25)]


def test_settings_that_somebody_made_stay(project, gpus, monkeypatch):
    gpus("0")
    monkeypatch.setenv("PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True")
    one = project(stage("a", 0.5))
    one.by_us()
    assert saw(one, "a") == [["0", "expandable_segments:True,per_process_memory_fraction:0.5"]]


def test_a_torch_that_would_refuse_the_setting_is_not_given_it(gpus, monkeypatch):
    gpus("0")
    monkeypatch.setattr(here, "version", lambda _: "2.9.1+cu128")
    assert here.shown((0,), 0.5) == {"CUDA_VISIBLE_DEVICES": "0"}


def test_stages_at_a_time_have_a_gpu_each_or_several(project, gpus):
    gpus("3,5,7")
    one = project(stage("a", 1, before=["b"]), stage("b", 2, before=["a"]))
    assert not one.by_us().failed
    (a,), (b,) = saw(one, "a", "b")
    assert sorted(f"{a},{b}".split(",")) == ["3", "5", "7"]
    assert "," in b


def test_who_needs_none_is_shown_none(project, gpus):
    gpus("0")
    one = project(stage("a"), stage("b", 0, compute=True))
    assert not one.by_us().failed
    assert saw(one, "a", "b") == [[], []]


def test_who_reads_compute_shares(project, gpus):
    gpus("0")
    one = project(stage("a", compute=True))
    one.by_us()
    assert saw(one, "a") == [["0", "per_process_memory_fraction:0.2"]]


@pytest.mark.parametrize("declared", [None, 1])
def test_under_device_cpu_none_is_needed(project, gpus, declared):
    gpus("0")
    one = project(stage("a", declared, compute=True), device="cpu")
    one.by_us()
    assert saw(one, "a") == [[]]


def test_who_wants_more_than_there_are_runs_without_and_it_is_said(project, gpus):
    gpus("0")
    said = io.StringIO()
    one = project(stage("a", 2), stage("b", 1))
    assert not one.by_us(out=said).failed
    assert "a: needs 2 GPUs, no worker has so many: runs without" in said.getvalue()
    assert saw(one, "a", "b") == [[], ["0"]]


@pytest.mark.parametrize(("count", "names"), [(0, ""), (1, "4"), (2, "4,6")])
def test_by_hand_so_many_of_them(gpus, count, names):
    gpus("4,6")
    here.use(count)
    assert os.environ["CUDA_VISIBLE_DEVICES"] == names
    assert here.gpus() == list(filter(None, names.split(",")))


def test_none_by_hand_is_none_for_every_stage(project):
    prints = "(printenv CUDA_VISIBLE_DEVICES || echo unset) > b.txt"
    one = project(stage("a", compute=True), stage("b", 2, cmd=prints))
    command = [sys.executable, "-m", "pipeline.runner", "--gpus", "0"]
    subprocess.run(command, cwd=one.folder, env=ENVIRONMENT | {"CUDA_VISIBLE_DEVICES": "0"}, check=True)
    assert saw(one, "a", "b") == [[], []]


def test_more_by_hand_than_there_are_is_one_clear_line(gpus):
    gpus("4,6")
    with pytest.raises(UserError, match="--gpus is 3, but there are 2 GPUs"):
        here.use(3)


def test_a_worker_with_fewer_than_it_was_said_to_have(gpus):
    gpus("4")
    with pytest.raises(UserError, match="the worker has 1 GPU, fewer than"):
        here.shown((0, 1), 2)


def test_where_there_is_none_nothing_is_changed(gpus):
    gpus("")
    assert here.shown((), 0) == {}
