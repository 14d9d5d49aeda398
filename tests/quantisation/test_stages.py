"""All stages as DVC runs them, on small data, and what stops them: one line, exit code 1, nothing written."""


import pytest

from stages.core.errors import UserError
from stages.core.files import load
from stages.core.measurements import recorded
from stages.core.params import read
from stages.quantisation.params import NEEDED, Quantisation
from tests.conftest import call, change, published, refused, written

SMALL = {
    "images": 60, "training.epochs": 1, "training.batch_size": 30, "training.lr": 0.001, "networks": NEEDED,
    "sparse.strengths": [0.0, 0.5],
}


@pytest.fixture
def small(project):
    """A project of small networks."""
    change({"seeds": [1], "training.width": 4, "training.epochs": 1})
    change(SMALL, "quantisation")


def test_all_stages_twice(small_stage, project):
    call("baseline.train 8")
    chain = ["fits", *(f"network {name}" for name in NEEDED), "sparse", "page"]
    for command in chain:
        call(f"quantisation.{command}")
    first = written(project)
    fit = recorded("data/quantisation/fits/learnt_2/1.safetensors")
    assert (fit.error.shape, fit.levels.shape, fit.density.shape) == ((6,), (6, 4), (6, 70))
    found = recorded("data/quantisation/networks/uniform_3_32/1.safetensors")
    assert (found.right.shape, found.levels.shape) == ((40,), (6, 8))
    assert found.spacing.values == pytest.approx([1] * 6, rel=1e-5)
    assert list(recorded("data/quantisation/networks/full/1.safetensors")) == ["right"]
    assert recorded("data/quantisation/sparse/0.0/1.safetensors").bits.values.tolist() == [3] * 6
    assert (recorded("data/quantisation/sparse/0.5/1.safetensors").bits < 3).all()
    assert published(project, "quantisation") == ([6, 3, 5], set())
    for command in ["fits", "network learnt_2_2", "sparse", "page"]:
        call(f"quantisation.{command}")
    done = small_stage("network backpropagated_2_2")
    assert (done.returncode, done.stderr) == (0, "")
    assert written(project) == first                         # the same stage twice is the same bytes


def test_all_begin_with_the_baseline(small):
    """With steps of length 0 the weights are its own; batch norm goes on, and so does QEM."""
    change({"training.lr": 1e-30}, "quantisation")
    change({"seeds": [1, 2]})
    call("baseline.train 8")
    for name in ("full", "learnt_2_2"):
        call(f"quantisation.network {name}")
    baseline, full, both = (load(f"models/{name}/2.safetensors")[0] for name in (
        "resnet8/sgd", "quantisation/networks/full", "quantisation/networks/learnt_2_2"))
    for name in ("blocks.0.conv1.weight", "linear.weight"):
        assert baseline[name].equal(full[name])
        assert baseline[name].equal(both[name])
    assert set(both) - set(full) == {
        f"blocks.{block}.conv{number}.of_{what}.{buffer}" for block in range(3) for number in (1, 2)
        for what in ("weights", "activations") for buffer in ("basis", "kept")}


ALLOWED = "from 1 to 8, or 32 for full precision"


@pytest.mark.parametrize(("values", "line"), [
    ({"networks": [*NEEDED, "learnt_0_32"]}, "`quantisation.networks.8` is 'learnt_0_32', but should be "
     "full, or learnt, uniform or backpropagated with the bits of weights and of activations, as in "
     f"learnt_2_32: {ALLOWED}"),
    ({"networks": [*NEEDED, "learnt_2_9"]}, ALLOWED),
    ({"networks": [*NEEDED, "sparse_2_2"]}, ALLOWED),
    ({"every_seed": ["uniform_2"]}, ALLOWED),
    ({"networks": ["full"]}, "should be a list that has learnt_1_32, learnt_2_32, learnt_3_32, uniform_2_32, "
     "uniform_3_32, learnt_2_2, backpropagated_2_2, which claims are about"),
    ({"networks": [*NEEDED, "full"]}, "nothing in it twice"),
    ({"sparse.weights": 0}, "`quantisation.sparse.weights` is 0, but should be greater than or equal to 1"),
    ({"sparse.weights": 9}, "less than or equal to 8"),
    ({"sparse.strengths": [-0.1]}, "greater than or equal to 0"),
    ({"sparse.strengths": [0.5, 0.3]}, "each number larger than the one before"),
    ({"seeds": 2}, "`quantisation.seeds` is 2, but should be greater than or equal to 3"),
])
def test_bad_parameters(small, values, line):
    change(values, "quantisation")
    with pytest.raises(UserError) as error:
        read("quantisation", Quantisation)
    assert line in str(error.value)


def test_a_bad_parameter_is_one_line(small_stage, project):
    change({"networks": ["full"]}, "quantisation")
    refused(small_stage("page"), "which claims are about", project)


@pytest.mark.parametrize(("values", "line"), [
    ({"images": 61}, "`quantisation.images` is 61, but there are 60 images"),
    ({"training.batch_size": 61}, "60 training images do not fill a batch of 61"),
])
def test_too_few_images(small_stage, project, values, line):
    change(values, "quantisation")
    refused(small_stage("sparse"), line, project)


def test_a_network_that_there_is_not(small_stage, project):
    refused(small_stage("network learnt_2"), ALLOWED, project)


def test_missing_weights(small_stage, project):
    done = small_stage("network full")
    refused(done, "models/resnet8/sgd/1.safetensors does not exist: run the stage", project)
