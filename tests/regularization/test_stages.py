"""All stages on tiny networks, and what stops them: one line, and nothing written."""

import json

import pytest
import torch
import torch.nn.functional as F

from stages.core.data import Role, load_role, save_role
from stages.core.errors import UserError
from stages.core.files import load, read_json
from stages.core.measurements import recorded
from stages.core.nets import load_net
from stages.core.scores import correct, logits
from stages.datasets.corruptions import corrupt_all
from stages.regularization.methods import COMBINATIONS, NETWORKS
from tests.conftest import call, change, some_images, written

SMALL = {
    "training.images": 60, "training.width": 4, "training.epochs": 1, "training.batch_size": 30,
    "small.width": 4, "small.epochs": 1, "small.seeds": 1,
    "sweep": ["plain", "cutout_0", "mixup_0.4", "rotation_0.5"],
    "longer.epochs": 2, "corruption.names": ["snow", "contrast"],
    "corruption.severities": [1, 3], "attacks.epsilons": [2.0, 8.0], "attacks.iterations": 1, "images": 20,
}
CHAIN = [
    *(f"networks {name}" for name in NETWORKS), *(f"sweep {variant}" for variant in SMALL["sweep"]),
    *(f"corruption {name}" for name in ("snow", "contrast")),
    *(f"{stage} {name}" for stage in ("clean", "disturbed") for name in NETWORKS),
    "longer best", "longer plain", "page",
]
PLACE = "data/regularization/{}/{}/{}.safetensors"


@pytest.fixture
def stage(project):
    """Calls what `python -m stages.regularization.<command>` calls, in a project of small networks."""
    change({"seeds": [1, 2]})
    change(SMALL, "regularization")
    return lambda command: call(f"regularization.{command}")


def test_all_stages(stage, project):
    for command in CHAIN:
        stage(command)
    role = load_role("objects")
    sets, _ = load("data/regularization/corruptions/snow.safetensors")
    assert set(sets) == {"1", "3"}
    assert torch.equal(sets["3"], corrupt_all(role.test.images, "snow", 3, 3))
    net = load_net("models/regularization/cutout_mixup/2.safetensors")
    z = logits(net, role.test.images)
    clean = recorded(PLACE.format("clean", "cutout_mixup", 2))
    assert (clean.right.values == correct(z, role.test.labels).numpy()).all()
    wanted = F.cross_entropy(z, role.test.labels, reduction="none")
    assert clean.nats.values == pytest.approx(wanted.numpy(), rel=1e-4)
    assert clean.sizes["train_image"] == 60
    swept = {name: recorded(PLACE.format("sweep", name, 1)).right for name in SMALL["sweep"]}
    assert (swept["plain"] == swept["cutout_0"]).all()                       # 0 is plain training
    halves = {
        name: sum(recorded(PLACE.format("clean", name, seed)).right.values[:20].sum() for seed in (1, 2))
        for name in COMBINATIONS
    }
    best = recorded(PLACE.format("longer", "best", 1)).attrs["chosen"]
    assert halves[best] == max(halves.values())
    assert recorded("data/training/regularization/longer/best/2.safetensors").sizes["epoch"] == 2
    known = {name: recorded(f"data/training/regularization/{name}/1.safetensors").attrs for name in NETWORKS}
    assert {name for name in NETWORKS if "rotation_accuracy" in known[name]} == {
        "rotation", "cutout_rotation", "mixup_rotation", "all",
    }
    claims = read_json("metrics/regularization.json")["claims"]
    assert {claim["verdict"] for claim in claims.values()} == {"not tested"}             # of two seeds
    page = json.loads((project / "data/regularization/page.json").read_text())
    assert (len(page["claims"]), len(page["tables"]), len(page["figures"])) == (10, 6, 4)
    assert all((project / one["path"]).exists() for one in page["figures"])
    assert {name for one in page["figures"] for name in one["claims"]} < {one["id"] for one in page["claims"]}
    first = written(project)
    for command in ["networks all", "disturbed plain", "longer best"]:
        stage(command)
    assert written(project) == first                      # the same stage twice is the same bytes


def test_as_a_command(stage, ran, project):
    done = ran("regularization.networks mixup")
    assert (done.returncode, done.stderr) == (0, "")
    written = (project / "models/regularization/mixup/1.safetensors").read_bytes()
    stage("networks mixup")
    assert (project / "models/regularization/mixup/1.safetensors").read_bytes() == written
    done = ran("regularization.corruption smow")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("error: there is no corruption `smow`: ")


@pytest.mark.parametrize(
    ("command", "values", "line"),
    [
        ("networks mixup", {"networks.mixup.alpha": -0.1},
         "`regularization.networks.mixup.alpha` is -0.1, but should be greater than or equal to 0"),
        ("networks cutout", {"networks.cutout.size": 33},
         "`regularization.networks.cutout.size` is 33, but should be less than or equal to 32"),
        ("networks cutout", {"networks.cutout.size": -1},
         "`regularization.networks.cutout.size` is -1, but should be greater than or equal to 0"),
        ("networks cutout", {"networks.cutout.alpha": 0.2},
         "`regularization.networks.cutout.alpha` is unknown: there are size"),
        ("networks all", {"networks.all.share": 1.5},
         "`regularization.networks.all.share` is 1.5, but should be less than or equal to 1"),
        ("sweep cutout_33", {}, "`regularization.sweep` is 'cutout_33', but should be plain, or a method"),
        ("sweep mixup_-1", {}, "`regularization.sweep` is 'mixup_-1', but should be plain, or a method"),
        ("sweep noise_1", {}, "is 'noise_1', but should be plain, or a method and its value: cutout_"),
        ("page", {"sweep": ["plain", "cutout_8.5"]}, "`regularization.sweep.1` is 'cutout_8.5', but"),
        ("page", {"sweep": ["cutout_8", "plain"]}, "should be a list that begins with plain, the control"),
        ("page", {"sweep": ["plain", "cutout_8"]}, "and has all of cutout, mixup, rotation"),
        ("page", {"sweep": [*SMALL["sweep"], "mixup_0.40"]}, "should be a list with nothing in it twice"),
        ("corruption smow", {}, "there is no corruption `smow`: "),
        ("corruption snow", {"corruption.severities": [0, 1]},
         "`regularization.corruption.severities.0` is 0, but should be 1, 2, 3, 4 or 5"),
        ("disturbed plain", {"corruption.names": ["smow"]},
         "`regularization.corruption.names.0` is 'smow', but should be 'gaussian_noise', "),
        ("disturbed plain", {"images": 41}, "`regularization.images` is 41, but there are 40 images"),
        ("disturbed plain", {"attacks.epsilon": 3.0}, "a section whose epsilon 3 is one of its epsilons"),
        ("networks plain", {"training.images": 61},
         "`regularization.training.images` is 61, but there are 60 images"),
        ("clean plain", {}, "models/regularization/plain/1.safetensors does not exist: run the stage that"),
        ("longer best", {}, "data/regularization/clean/cutout_mixup/1.safetensors does not exist: run the"),
    ],
)
def test_bad_input(stage, project, command, values, line):
    change(values, "regularization")
    with pytest.raises(UserError) as error:
        stage(command)
    assert line in str(error.value)
    assert "\n" not in str(error.value)
    assert not any((project / top).exists() for top in ("data/regularization", "metrics", "models"))


def test_images_that_the_corruptions_do_not_take(stage, project):
    grey = Role(some_images(30, (1, 32, 32)), some_images(30, (1, 32, 32)), list("abcdefghij"), "grey")
    save_role("objects", grey)
    with pytest.raises(UserError, match="uint8 images of 32x32x3 or larger"):
        stage("corruption snow")
