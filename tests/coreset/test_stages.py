"""All stages as DVC runs them, on small data, and what stops them: one line, exit code 1, nothing written."""

import pytest
import torch

from stages.core.errors import UserError
from stages.core.files import load, read_json
from stages.core.measurements import recorded
from stages.core.params import read
from stages.coreset.params import CRITERIA, NEEDED, Coreset
from tests.conftest import call, change, published, random_digits, refused, written

SMALL = {
    "data.train": 60, "data.test": 30, "choices": list(NEEDED), "seeds": 3, "mislabelled": 0.1,
    "sweep.choices": ["random", "entropy"], "sweep.fractions": [0.3, 0.5],
    **{f"{name}.{key}": value for name in ("proxy", "target")
       for key, value in {"depth": 8, "width": 4, "epochs": 1, "batch_size": 15}.items()},
}
RANKED = [*(f"network {name}" for name in ("proxy", "target")), "mislabelled",
          *(f"ranking {name}" for name in ("proxy", "target", "mislabelled"))]
CHAIN = [*RANKED, "neighbours", "cost", *(f"subset {choice}" for choice in NEEDED), "budgets", "page"]


@pytest.fixture
def small(project):
    """A project of small networks, with a small `digits` of random images."""
    random_digits(60)
    change({"seeds": [1]} | {f"coreset.{name}": value for name, value in SMALL.items()})


def test_all_stages_twice(small_stage, project):
    for command in CHAIN:
        call(f"coreset.{command}")
    first = written(project)
    ranking = recorded("data/coreset/ranking/proxy/1.safetensors")
    assert ranking.criterion.values.tolist() == list(CRITERIA)
    assert all(sorted(order) == list(range(60)) for order in ranking.order.values)
    noted = recorded("data/coreset/networks/mislabelled/1.safetensors")
    assert (int(noted.wrong.sum()), noted.right.shape) == (6, (30,))
    wrong = set(noted.wrong.values.nonzero()[0])
    by_chance = {name: recorded(f"data/coreset/ranking/{name}/1.safetensors").order.sel(criterion="random")
                 for name in ("proxy", "target", "mislabelled")}
    by_chance["epoch"] = torch.randperm(60, generator=torch.Generator().manual_seed(1))
    orders = {tuple(map(int, order)) for order in by_chance.values()}
    assert len(orders) == 4                                  # nothing is drawn twice
    assert all(len(wrong & set(order[:6])) < 4 for order in orders)
    assert "wrong" not in recorded("data/coreset/networks/proxy/1.safetensors")
    cost = recorded("data/coreset/cost.safetensors")
    assert cost.network.values.tolist() == ["proxy", "target"]
    epochs = [recorded(f"data/training/coreset/{name}/1.safetensors").sizes["epoch"]
              for name in ("same_steps/random", "same_work", "subsets/entropy/0.3")]
    assert epochs == [2, 2, 1]                               # proxy and half cost more than all, being alike
    assert published(project, "coreset") == ([10, 4, 7], set())
    page = read_json(project / "data/coreset/page.json")
    assert page["conditions"]["images"] == "60 for training, 30 for testing"
    for command in ["network proxy", "mislabelled", "ranking proxy", "neighbours", "subset random", "page"]:
        call(f"coreset.{command}")
    done = small_stage("budgets")
    assert (done.returncode, done.stderr) == (0, "")
    assert "trained in " in done.stdout                      # which no file holds
    assert written(project) == first                         # the same stage twice is the same bytes


def test_a_network_ranks_for_itself(small):
    """Rankings are of the network that they are called by, and the pool of the target is its own."""
    change({"target.pool": 2}, "coreset")
    for command in RANKED:
        call(f"coreset.{command}")
    proxy, target = (recorded(f"data/coreset/ranking/{name}/1.safetensors").score
                     for name in ("proxy", "target"))
    same = (proxy == target).all("trained")
    assert same.sel(criterion="random")
    assert not same.sel(criterion="entropy")
    clean, noisy = (load(f"models/coreset/{name}/1.safetensors")[0] for name in ("proxy", "mislabelled"))
    assert clean["mean"].equal(noisy["mean"])
    assert not clean["linear.weight"].equal(noisy["linear.weight"])


@pytest.mark.parametrize(("values", "line"), [
    ({"sweep.fractions": [0.0, 0.3, 0.5]}, "`coreset.sweep.fractions.0` is 0.0, but should be greater than"),
    ({"sweep.fractions": [0.3, 0.5, 1.1]}, "should be less than or equal to 1"),
    ({"sweep.fractions": [0.5, 0.3]}, "each number larger than the one before"),
    ({"sweep.fractions": [0.3, 0.7]}, "should be a list that has 0.3, 0.5, which claims are about"),
    ({"sweep.choices": ["random"]}, "should be a list that has random, entropy, which claims are about"),
    ({"choices": ["random", "entropy"]}, "a list that has random, entropy, forgetting, target_entropy"),
    ({"choices": [*NEEDED, "entropy"]}, "nothing in it twice"),
    ({"choices": [*NEEDED, "loudest"]}, "`coreset.choices.4` is 'loudest', but should be 'random', "),
    ({"mislabelled": 1.0}, "`coreset.mislabelled` is 1.0, but should be less than 1"),
    ({"seeds": 2}, "`coreset.seeds` is 2, but should be greater than or equal to 3"),
    ({"proxy.pool": 0}, "`coreset.proxy.pool` is 0, but should be greater than or equal to 1"),
    ({"data.role": "faces"}, "`coreset.data.role` is 'faces'"),
])
def test_bad_parameters(project, values, line):
    change(values, "coreset")
    with pytest.raises(UserError) as error:
        read("coreset", Coreset)
    assert line in str(error.value)


def test_a_fraction_of_0_is_one_line(small_stage, project):
    change({"sweep.fractions": [0.0, 0.3, 0.5]}, "coreset")
    refused(small_stage("subset random"), "`coreset.sweep.fractions.0` is 0.0", project)


@pytest.mark.parametrize(("values", "line"), [
    ({"data.train": 61}, "`coreset.data.train` is 61, but there are 60 images"),
    ({"proxy.batch_size": 61}, "60 training images do not fill a batch of 61"),
    ({"proxy.pool": 29}, "images of 28 pixels cannot be made 29 times smaller: lower `pool`"),
])
def test_too_few_images_or_pixels(small, values, line):
    change(values, "coreset")
    with pytest.raises(UserError, match=line.replace("(", "\\(")):
        call("coreset.network proxy")


def test_a_part_that_does_not_fill_a_batch(small):
    for command in ("network proxy", "ranking proxy"):
        call(f"coreset.{command}")
    change({"target.batch_size": 19}, "coreset")
    with pytest.raises(UserError, match="18 training images do not fill a batch of 19"):
        call("coreset.subset random")


def test_missing_rankings(small_stage, project):
    done = small_stage("subset entropy")
    refused(done, "data/coreset/ranking/proxy/1.safetensors does not exist: run the stage", project)
