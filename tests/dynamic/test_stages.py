"""All stages as DVC runs them, on small data, and what stops them: one line, exit code 1, nothing written."""


import pytest

from stages.core.measurements import recorded
from tests.conftest import call, change, published, refused, written

KERNELS = "plain", "two", "three", "four", "five", "flat"
GATES = "light", "medium", "heavy", "unshaped"
CHAIN = ["cost", *(f"kernels {name}" for name in KERNELS), *(f"gates {name}" for name in GATES), "narrow",
         "attention", "adversarial", "attacks", "page"]
SMALL = {
    "training.width": 4, "training.epochs": 1, "training.batch_size": 20, "adversarial.epochs": 1,
    "narrow.wider": 3, "narrow.narrower": 2, "tsne.images": 20, "tsne.perplexity": 5.0, "attacks.images": 20,
    "attacks.iterations": 2,
}


@pytest.fixture
def small(project):
    """A project of small networks and one seed."""
    change({"seeds": [1]})
    change(SMALL, "dynamic")


def test_all_stages_twice(small_stage, project):
    for command in CHAIN:
        call(f"dynamic.{command}")
    first = written(project)
    gates = recorded("data/dynamic/gates/medium/1.safetensors")
    assert (gates.open.shape, gates.attrs["gates"]) == ((40, 28), [4, 8, 16])
    attention = recorded("data/dynamic/attention/1.safetensors")
    assert attention.attention.sum("kernel").values == pytest.approx(1, abs=0.01)
    assert attention.attrs == {"layers": {"early": 1, "middle": 4, "late": 7}}
    cost = recorded("data/dynamic/cost.safetensors")
    assert cost.network.values.tolist() == [*KERNELS, "wider", "narrower"]
    attacks = recorded("data/dynamic/attacks/kernels/1.safetensors")
    assert (attacks.moved.sel(images="clean") == 0).all()
    assert (attacks.moved.sel(images="white") > 0).any()
    assert set(recorded("data/dynamic/attacks/plain_adversarial/1.safetensors")) == {"right"}
    assert published(project, "dynamic") == ([14, 5, 9], set())
    for command in ["kernels two", "gates unshaped", "attention"]:
        call(f"dynamic.{command}")
    done = small_stage("attacks")
    assert (done.returncode, done.stderr) == (0, "")
    assert written(project) == first                         # the same stage twice is the same bytes


@pytest.mark.parametrize(("command", "values", "line"), [
    ("kernels four", {"kernels.networks.four.kernels": 0},
     "`dynamic.kernels.networks.four.kernels` is 0, but should be greater than or equal to 1"),
    ("kernels four", {"kernels.networks.four.temperature": 0.0},
     "`dynamic.kernels.networks.four.temperature` is 0.0, but should be greater than or equal to 1"),
    ("kernels four", {"kernels.annealing": 1.5}, "`dynamic.kernels.annealing` is 1.5"),
    ("gates medium", {"gates.networks.medium.price": -0.1}, "`dynamic.gates.networks.medium.price` is -0.1"),
    ("gates medium", {"gates.prior.a": 0.0}, "`dynamic.gates.prior.a` is 0.0"),
    ("gates medium", {"gates.prior.ramp": 0.2}, "a section whose ramp 0.2 is after its annealing 0.2"),
    ("narrow", {"seeds": 2}, "`dynamic.seeds` is 2, but should be greater than or equal to 3"),
    ("narrow", {"training.batch_size": 61}, "60 training images do not fill a batch of 61"),
    ("kernels two", {"training.depth": 9}, "depth 6n + 2"),
    ("attention", {"tsne.images": 41}, "`dynamic.tsne.images` is 41, but there are 40 images"),
    ("attention", {"tsne.perplexity": 20.0}, "a perplexity below the number of images, 20"),
    ("attacks", {"attacks.images": 41}, "`dynamic.attacks.images` is 41, but there are 40 images"),
    ("attacks", {}, "models/dynamic/kernels/plain/1.safetensors does not exist: run the stage"),
])
def test_bad_input(small_stage, project, command, values, line):
    change(values, "dynamic")
    refused(small_stage(command), line, project)
