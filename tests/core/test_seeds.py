"""A stage that computes all seeds and is killed goes on with the seed it was at, to the same bytes."""

import itertools
import os

import pytest
import torch

from stages.core import checkpoint, files, stage
from stages.core.compute import start
from stages.core.errors import UserError
from stages.core.files import save
from stages.core.params import Few, Robust, read
from stages.core.seeds import each_seed, listed
from tests.conftest import change

DVC_YAML = """\
stages:
  train:
    cmd: python -m stages.train
    deps: []
    params: [compute, seeds]
"""


class Killed(Exception):
    """In place of a kill, which would end the tests, too."""


@pytest.fixture
def under_dvc(project, monkeypatch):
    """A project in which DVC runs the stage `train` of three seeds; calling it begins a new process."""
    (project / "dvc.yaml").write_text(DVC_YAML)
    change({"seeds": [3, 1, 2]})

    def process():
        monkeypatch.setenv("DVC_STAGE", "train")
        monkeypatch.setattr(stage, "_last", [])
        monkeypatch.setattr(files, "written", [])
        checkpoint.folder.cache_clear()

    process()
    yield process
    checkpoint.folder.cache_clear()


def run(dies_at=None):
    """Writes two files a seed, the second after a kill; the seeds that were computed."""
    computed = []
    for seed in each_seed():
        start(seed)
        save(f"models/{seed}.safetensors", {"x": torch.rand(2)})
        if seed == dies_at:
            raise Killed
        save(f"data/some/{seed}.safetensors", {"x": torch.rand(2)})
        computed.append(seed)
    return computed


def outputs(project):
    paths = [*project.glob("models/*"), *project.glob("data/some/*")]
    return {str(path.relative_to(project)): path.read_bytes() for path in paths}


@pytest.mark.parametrize("dies_at", [3, 1, 2])
def test_a_killed_stage_goes_on_with_the_seed_it_was_at(project, under_dvc, dies_at):
    assert run() == [3, 1, 2]
    whole = outputs(project)
    assert len(whole) == 6
    stage._last[0]()                                         # the stage has succeeded
    for path in whole:
        (project / path).unlink()
    under_dvc()
    with pytest.raises(Killed):
        run(dies_at)
    for path in outputs(project):                            # as DVC does before it runs a stage
        (project / path).unlink()
    under_dvc()
    assert run() == [3, 1, 2][[3, 1, 2].index(dies_at):]
    assert outputs(project) == whole


def test_what_was_finished_counts_only_for_the_same_inputs(project, under_dvc):
    with pytest.raises(Killed):
        run(dies_at=2)
    change({"seeds": [3, 1]})
    under_dvc()
    assert run() == [3, 1]


def test_nothing_is_kept_of_a_stage_that_succeeded(project, under_dvc):
    run()
    assert list((project / ".dvc/tmp/training/train").iterdir())
    stage._last[0]()
    assert not (project / ".dvc/tmp/training/train").exists()


@pytest.mark.parametrize("removed", range(0, 14, 2))
def test_a_stage_killed_while_it_forgets_writes_the_same_files(project, under_dvc, monkeypatch, removed):
    run()
    whole, left = outputs(project), itertools.repeat(None, removed)

    def dying(act):
        def remove(*args, **kwargs):
            if next(left, Killed) is Killed:
                raise Killed
            act(*args, **kwargs)

        return remove

    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", dying(os.unlink))
        patched.setattr(os, "rmdir", dying(os.rmdir))
        with pytest.raises(Killed):
            stage._last[0]()
    for path in whole:
        (project / path).unlink()
    under_dvc()
    run()
    assert outputs(project) == whole
    stage._last[0]()
    assert not list((project / ".dvc/tmp/training").iterdir())


def test_without_dvc_every_seed_is_computed_and_nothing_kept(project, monkeypatch):
    change({"seeds": [5, 4]})
    assert run() == [5, 4] == run()
    assert not (project / ".dvc").exists()


def test_no_seed_depends_on_those_before_it(project):
    change({"seeds": [1, 2]})
    run()
    both = outputs(project)
    change({"seeds": [2]})
    run()
    assert outputs(project) == both


def test_what_costs_much_has_the_first_few(project):
    change({"seeds": [4, 9, 2, 7], "robust.seeds": 3})
    assert list(each_seed(read("robust.seeds", Few))) == [4, 9, 2] == listed(read("robust.seeds", Few))
    change({"seeds": [4, 9]})
    assert list(each_seed(read("robust.seeds", Few))) == [4, 9] == listed()


def test_fewer_than_three_tell_nothing_and_are_refused(project):
    change({"robust.seeds": 2})
    with pytest.raises(UserError, match=r"`robust\.seeds` is 2, but should be greater than or equal to 3"):
        read("robust", Robust)


@pytest.mark.parametrize(
    ("seeds", "words"), [([], "a list that is not empty"), (5, "should be a valid list"), ([1, 1], "twice")]
)
def test_seeds_that_are_no_list_are_refused_before_anything(project, seeds, words):
    change({"seeds": seeds})
    with pytest.raises(UserError, match=words) as error:
        next(each_seed())
    assert "\n" not in str(error.value)
