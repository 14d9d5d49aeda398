"""All stages as DVC runs them, on small data, and what stops them: one line, exit code 1, nothing written."""


import pytest

from stages.core.data import Role, save_role
from stages.core.files import load, read_json
from stages.core.measurements import recorded
from tests.conftest import call, change, published, random_digits, refused, some_images, written

CHAIN = ["whole", "spectrum", "narrow half", "narrow quarter", "narrow eighth", "scratch", "page"]
SMALL = {
    "hidden": [12, 8], "training.epochs": 2, "training.batch_size": 30, "refinement.epochs": 1,
    "ranks.half": [6, 4, 4], "ranks.quarter": [3, 2, 2], "ranks.eighth": [2, 1, 1],
}


@pytest.fixture
def small(project):
    """A project of small networks, with a small `digits` of random images."""
    random_digits(90)
    change({"seeds": [1]})
    change(SMALL, "lowrank")


def test_all_stages_twice(small_stage, project):
    for command in CHAIN:
        call(f"lowrank.{command}")
    first = written(project)
    found = recorded("data/lowrank/narrow/half/1.safetensors")
    assert found.network.values.tolist() == ["truncated", "refined", "random"]
    assert found.confusion.sum(["digit", "taken_for"]).values.tolist() == [40] * 3
    assert len({counts.tobytes() for counts in found.confusion.values}) == 3     # each is another network
    spectrum = recorded("data/lowrank/spectrum/2/1.safetensors")
    assert (spectrum["rank"].values.tolist(), spectrum.right.shape) == ([*range(1, 9)], (8, 40))
    whole = recorded("data/lowrank/whole/1.safetensors")
    assert (spectrum.right.isel(rank=-1).values == whole.right.values).all()
    history = recorded("data/training/lowrank/scratch/eighth/1.safetensors")
    assert history.epoch.values.tolist() == [1, 2, 3]                        # of training and refinement
    assert set(history) == {"train_loss", "train_accuracy", "test_loss", "test_accuracy"}
    assert published(project, "lowrank") == ([5, 3, 7], set())
    conditions = read_json("data/lowrank/page.json")["conditions"]
    assert conditions["processor"].endswith("float32")
    for command in ["whole", "spectrum", "scratch", "page"]:
        call(f"lowrank.{command}")
    done = small_stage("narrow half")
    assert (done.returncode, done.stderr) == (0, "")
    assert written(project) == first                         # the same stage twice is the same bytes


def test_refinement_begins_with_the_factors(small):
    """With steps of length 0 nothing is refined; at full rank nothing is cut."""
    call("lowrank.whole")
    whole = recorded("data/lowrank/whole/1.safetensors")
    change({"training.lr": 1e-30, "ranks.half": [12, 8, 8]}, "lowrank")
    for size in ("half", "eighth"):
        call(f"lowrank.narrow {size}")
    full, cut = (recorded(f"data/lowrank/narrow/{name}/1.safetensors") for name in ("half", "eighth"))
    for one in (full, cut):
        truncated, refined, random = one.confusion.values
        assert (truncated == refined).all()
        assert (random != refined).any()
        assert (truncated == whole.confusion.values).all() == (one is full)


def test_both_controls_begin_alike(small):
    change({"training.lr": 1e-30}, "lowrank")
    for command in ("whole", "narrow half", "scratch"):
        call(f"lowrank.{command}")
    nets = [load(f"models/lowrank/{name}/1.safetensors")[0] for name in ("half/random", "scratch/half")]
    assert all((weight == nets[1][key]).all() for key, weight in nets[0].items())


LIMITS = "in each list a rank for every weight matrix, at most [12, 8, 8]"


@pytest.mark.parametrize(("values", "line"), [
    ({"ranks.half": [6, 4, 0]}, "`lowrank.ranks.half.2` is 0, but should be greater than or equal to 1"),
    ({"ranks.half": [13, 4, 4]}, LIMITS),
    ({"ranks.quarter": [6, 9, 4]}, LIMITS),
    ({"ranks.eighth": [6, 4, 9]}, LIMITS),
    ({"ranks.eighth": [6, 4]}, LIMITS),
    ({"hidden": []}, "`lowrank.hidden` is []"),
    ({"hidden": [12]}, "at most [12, 10]"),
    ({"scratch.seeds": 2}, "`lowrank.scratch.seeds` is 2, but should be greater than or equal to 3"),
    ({"training.batch_size": 91}, "90 training images do not fill a batch of 91"),
    ({"training.lr": 1e30}, "lower lr"),
])
def test_bad_parameters(small_stage, project, values, line):
    change(values, "lowrank")
    refused(small_stage("scratch"), line, project)


def test_a_rank_above_fewer_classes(small_stage, project):
    shape = 1, 28, 28
    role = Role(some_images(90, shape, classes=3), some_images(40, shape, classes=3), list("abc"), "random")
    save_role("digits", role)
    refused(small_stage("scratch"), "rank 4 of a weight matrix 3 x 8: it should be from 1 to 3", project)


def test_missing_weights(small_stage, project):
    done = small_stage("narrow half")
    refused(done, "models/lowrank/whole/1.safetensors does not exist: run the stage", project)
