"""All stages as DVC runs them, on small data, and what stops them: one line, exit code 1, nothing written."""


import pytest
import torch

from stages.blockdrop.params import Blockdrop
from stages.core.errors import UserError
from stages.core.files import load
from stages.core.measurements import recorded
from stages.core.params import read
from tests.conftest import call, change, published, random_digits, refused, written

CHAIN = [
    "trained residual", "trained vgg", "trained stochastic", "trained short", "lesions residual",
    "lesions vgg", "paths", "curriculum", "joint sparing", "joint careful", "page",
]
SMALL = {
    "data.train": 60, "data.test": 40,
    "shape.depth": 14, "shape.width": 2, "training.epochs": 1, "training.batch_size": 30,
    "dropping.short": 2, "lesions.dropped": [1, 2], "lesions.swaps": [1], "lesions.draws": 2,
    "lesions.images": 20, "paths.images": 10, "paths.draws": 1, "policy.width": 2, "curriculum.epochs": 6,
    "curriculum.batch_size": 30, "joint.epochs": 1, "joint.batch_size": 30, "joint.draws": 2,
}


@pytest.fixture
def small(project):
    """A project of small networks, with a small `digits` of random images."""
    random_digits(60, side=16)
    change({"seeds": [1]})
    change(SMALL, "blockdrop")


def test_all_stages_twice(small_stage, project):
    for command in CHAIN:
        call(f"blockdrop.{command}")
    first = written(project)
    lesions = recorded("data/blockdrop/lesions/vgg/1.safetensors")
    assert (lesions.alone.shape, lesions.several.shape) == ((12, 40), (2, 40))
    assert (lesions.shuffled.shape, lesions.tau.shape) == ((1, 2, 40), (1, 2))
    assert recorded("data/blockdrop/paths/1.safetensors").paths.values.tolist() == [1, 6, 15, 20, 15, 6, 1]
    joint = recorded("data/blockdrop/joint/sparing/1.safetensors")
    assert (joint.gates.shape, joint.random.shape, joint.fixed.shape) == ((40, 6), (2, 40), (40,))
    in_tables = {"short_paths_suffice", "tuning_restores", "tuning_saves_blocks"}
    assert published(project, "blockdrop") == ([13, 3, 9], in_tables)
    for command in ["trained short", "lesions vgg", "paths", "curriculum", "joint careful"]:
        call(f"blockdrop.{command}")
    done = small_stage("trained residual")
    assert (done.returncode, done.stderr) == (0, "")
    assert written(project) == first                         # the same stage twice is the same bytes


def test_with_blocks_that_all_survive_it_is_plain_training(small):
    change({"dropping.survival": 1.0, "training.epochs": 2}, "blockdrop")
    for name in ("residual", "stochastic"):
        call(f"blockdrop.trained {name}")
    plain, gated = (load(f"models/blockdrop/{name}/1.safetensors")[0] for name in ("residual", "stochastic"))
    assert all(torch.equal(value, gated[name]) for name, value in plain.items())


def test_rivals_run_as_many_blocks(small, monkeypatch):
    """Whatever is compared with learned policies runs as many blocks, image by image, or on average."""
    from stages.blockdrop import joint

    for command in ("trained residual", "trained stochastic", "lesions residual", "curriculum"):
        call(f"blockdrop.{command}")
    seen, right = [], joint.right
    monkeypatch.setattr(joint, "right", lambda *words: seen.append(words[2]) or right(*words))
    call("blockdrop.joint careful")
    found = recorded("data/blockdrop/joint/careful/1.safetensors")
    learned, *exchanged = seen[:3]
    scattered, fixed = [*seen[3:7], *seen[9:]], seen[7:9]
    assert learned.tolist() == found.gates.values.tolist()
    for gates in exchanged:
        assert sorted(gates.tolist()) == sorted(learned.tolist())
    for gates in scattered:
        assert gates.sum(1).tolist() == learned.sum(1).tolist()
    spared = recorded("data/blockdrop/lesions/residual/1.safetensors").spared.values
    size = int(fixed[0].sum())
    assert set(fixed[0].nonzero().flatten().tolist()) == set(range(6)) - set(spared[: 6 - size].astype(int))
    assert fixed[0].tolist() == fixed[1].tolist() == found.subset.values.tolist()
    for counts, gone in ([2, 2, 1], 4), ([5, 5], 1), ([0, 0], 5):
        subset = joint.best_subset(1, torch.tensor(counts))
        assert (subset == 0).nonzero().flatten().tolist() == sorted(spared[:gone].astype(int))


BLOCKS = "the number of blocks"


@pytest.mark.parametrize(("values", "line"), [
    ({"gammas.careful.gamma": -0.5}, "`blockdrop.gammas.careful.gamma` is -0.5, but should be greater"),
    ({"curriculum.gamma": -1.0}, "`blockdrop.curriculum.gamma` is -1.0"),
    ({"shape.depth": 15}, "a depth 6n + 2: 14, 20, 32"),
    ({"shape.depth": 8}, "`blockdrop.shape.depth` is 8, but should be greater than or equal to 14"),
    ({"lesions.dropped": [1, 6]}, f"`lesions.dropped` below 6, {BLOCKS}"),
    ({"lesions.dropped": [2, 1]}, "each number larger than the one before"),
    ({"dropping.short": 6}, f"`dropping.short` below 6, {BLOCKS}"),
    ({"dropping.survival": 0.0}, "`blockdrop.dropping.survival` is 0.0"),
    ({"policy.exploration": 0.5}, "`blockdrop.policy.exploration` is 0.5"),
    ({"curriculum.epochs": 5}, "`curriculum.epochs` of at least 6"),
    ({"data.role": "faces"}, "`blockdrop.data.role` is 'faces', but should be 'digits' or 'objects'"),
    ({"seeds": 2}, "`blockdrop.seeds` is 2"),
])
def test_bad_parameters(small, values, line):
    change(values, "blockdrop")
    with pytest.raises(UserError) as refusal:
        read("blockdrop", Blockdrop)
    assert line in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_the_page_refuses_them_too(small_stage, project):
    change({"curriculum.epochs": 5}, "blockdrop")
    refused(small_stage("page"), "`curriculum.epochs` of at least 6", project)


def test_too_few_images_for_a_batch(small_stage, project):
    change({"training.batch_size": 61}, "blockdrop")
    refused(small_stage("trained short"), "60 training images do not fill a batch of 61", project)


def test_more_images_than_there_are(small_stage, project):
    change({"data.train": 61}, "blockdrop")
    refused(small_stage("trained vgg"), "`blockdrop.data.train` is 61, but there are 60 images", project)
    change({"data.train": 60, "paths.images": 41}, "blockdrop")
    call("blockdrop.trained residual")
    refused(small_stage("paths"), "`blockdrop.paths.images` is 41, but there are 40 images")


def test_missing_weights(small_stage, project):
    done = small_stage("paths")
    refused(done, "models/blockdrop/residual/1.safetensors does not exist: run the stage", project)
