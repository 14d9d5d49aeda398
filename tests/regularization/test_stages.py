"""All stages on tiny networks, and what stops them: one line, and nothing written."""

import json

import pytest
import torch

from stages.core.data import Role, load_role, save_role
from stages.core.errors import UserError
from stages.core.files import load, read_json, save
from stages.core.nets import load_net
from stages.core.params import load_yaml
from stages.core.scores import correct, logits
from stages.datasets.corruptions import corrupt_all
from stages.regularization.methods import NETWORKS
from stages.regularization.paths import COMBINATIONS
from stages.regularization.paths import NETWORKS as ALL
from tests.conftest import call, change, some_images, written

TRAINING = {"depth": 8, "width": 4, "batch_size": 30, "epochs": 1}
SMALL = {
    "small.width": 4, "small.epochs": 1, "sweep": ["plain", "cutout_0", "mixup_0.4", "rotation_0.5"],
    "longer.epochs": 2, "corruption.names": ["snow", "contrast"],
    "corruption.severities": [1, 3], "attacks.epsilons": [2.0, 8.0], "attacks.iterations": 1, "images": 20,
}
CHAIN = [
    "baseline.train 8 1", *(f"regularization.networks {name} 1" for name in NETWORKS),
    *(f"regularization.sweep {variant} 1" for variant in SMALL["sweep"]),
    *(f"regularization.corruption {name}" for name in ("snow", "contrast")),
    *(f"regularization.{name} 1" for name in ("clean", "corrupted", "attacked")),
    *(f"regularization.longer {name} 1" for name in ("best", "plain")),
    "regularization.figures", "regularization.claims",
]


@pytest.fixture
def stage(project):
    """Calls what `python -m stages.<command>` calls, in a project of small networks."""
    change(TRAINING, "training")
    change(SMALL, "regularization")
    return call


def test_all_stages(stage, project):
    for command in CHAIN:
        stage(command)
    role = load_role("objects")
    sets, _ = load("data/regularization/corruptions/snow.safetensors")
    assert set(sets) == {"1", "3"}
    assert torch.equal(sets["3"], corrupt_all(role.test.images, "snow", 3, 3))
    clean, _ = load("data/regularization/clean/1.safetensors")
    assert set(clean) == set(ALL)
    net = load_net("models/regularization/1/cutout_mixup.safetensors")
    torch.testing.assert_close(clean["cutout_mixup"], logits(net, role.test.images), rtol=0.1, atol=0.1)
    assert not torch.equal(clean["plain"], clean["cutout"])
    corrupted, _ = load("data/regularization/corrupted/1.safetensors")
    assert corrupted["all"].shape == (2, 2, 20)
    net = load_net("models/resnet8/sgd-1.safetensors")
    seen = correct(logits(net, sets["3"][:20]), role.test.labels[:20])
    assert (corrupted["plain"][0, 1] == seen).double().mean() > 0.8          # the stage computes in bfloat16
    attacked, _ = load("data/regularization/attacked/1.safetensors")
    assert attacked["rotation.fgsm"].shape == (2, 20)
    assert attacked["rotation.pgd"].shape == (20,)
    swept = {
        variant: load(f"data/regularization/sweep/{variant}-1.safetensors")[0]["right"]
        for variant in SMALL["sweep"]
    }
    assert torch.equal(swept["plain"], swept["cutout_0"])                    # 0 is plain training
    numbers = read_json("metrics/training/regularization/longer/best-1.json")
    halves = {name: (clean[name].argmax(1) == role.test.labels)[:20].sum() for name in COMBINATIONS}
    assert halves[numbers["network"]] == max(halves.values())
    networks = load_yaml("params.yaml")["regularization"]["networks"]
    assert numbers["methods"] == networks[numbers["network"]]
    assert len((project / "plots/training/regularization/longer/best-1.csv").read_text().splitlines()) == 3
    assert 0 <= read_json("metrics/training/regularization/1/all.json")["rotation_accuracy"] <= 1
    assert "rotation_accuracy" not in read_json("metrics/training/regularization/1/mixup.json")
    page = json.loads((project / "data/regularization/page.json").read_text())
    assert (len(page["claims"]), len(page["tables"]), len(page["figures"])) == (9, 6, 4)
    assert all((project / one["path"]).exists() for one in page["figures"])
    first = written(project)
    for command in [
        "regularization.networks all 1", "regularization.corruption snow", "regularization.attacked 1",
        "regularization.longer best 1", "regularization.figures",
    ]:
        stage(command)
    assert written(project) == first                      # the same stage twice is the same bytes
    for name, right in attacked.items():
        right[...] = name == "all.fgsm"
    attacked["all.fgsm"][0] = False                       # at 2/255; claims are at 8/255
    save("data/regularization/attacked/1.safetensors", attacked)
    stage("regularization.claims")
    claims = read_json("metrics/regularization.json")
    assert claims["none_defends_against_fgsm"]["effect"] == 10 - 100
    assert claims["none_defends_against_pgd"]["effect"] == 10


def test_as_a_command(stage, ran, project):
    done = ran("regularization.networks mixup 1")
    assert (done.returncode, done.stderr) == (0, "")
    written = (project / "models/regularization/1/mixup.safetensors").read_bytes()
    stage("regularization.networks mixup 1")
    assert (project / "models/regularization/1/mixup.safetensors").read_bytes() == written
    done = ran("regularization.corruption smow")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("error: there is no corruption `smow`: ")


@pytest.mark.parametrize(
    ("command", "values", "line"),
    [
        ("networks mixup 1", {"networks.mixup.alpha": -0.1},
         "`regularization.networks.mixup.alpha` is -0.1, but should be greater than or equal to 0"),
        ("networks cutout 1", {"networks.cutout.size": 33},
         "`regularization.networks.cutout.size` is 33, but should be less than or equal to 32"),
        ("networks cutout 1", {"networks.cutout.size": -1},
         "`regularization.networks.cutout.size` is -1, but should be greater than or equal to 0"),
        ("networks cutout 1", {"networks.cutout.alpha": 0.2},
         "`regularization.networks.cutout.alpha` is unknown: there are size"),
        ("networks all 1", {"networks.all.share": 1.5},
         "`regularization.networks.all.share` is 1.5, but should be less than or equal to 1"),
        ("sweep cutout_33 1", {}, "`regularization.sweep` is 'cutout_33', but should be plain, or a method"),
        ("sweep mixup_-1 1", {}, "`regularization.sweep` is 'mixup_-1', but should be plain, or a method"),
        ("sweep noise_1 1", {}, "is 'noise_1', but should be plain, or a method and its value: cutout_"),
        ("figures", {"sweep": ["plain", "cutout_8.5"]}, "`regularization.sweep.1` is 'cutout_8.5', but"),
        ("figures", {"sweep": ["cutout_8", "plain"]}, "should be a list that begins with plain, the control"),
        ("figures", {"sweep": ["plain", "cutout_8"]}, "and has all of cutout, mixup, rotation"),
        ("figures", {"sweep": [*SMALL["sweep"], "mixup_0.40"]}, "should be a list with nothing in it twice"),
        ("corruption smow", {}, "there is no corruption `smow`: "),
        ("corruption snow", {"corruption.severities": [0, 1]},
         "`regularization.corruption.severities.0` is 0, but should be 1, 2, 3, 4 or 5"),
        ("corrupted 1", {"corruption.names": ["smow"]},
         "`regularization.corruption.names.0` is 'smow', but should be 'gaussian_noise', "),
        ("corrupted 1", {"images": 41}, "`regularization.images` is 41, but there are 40 images"),
        ("attacked 1", {"attacks.epsilon": 3.0}, "a section whose epsilon 3 is one of its epsilons"),
        ("clean 1", {}, "models/resnet8/sgd-1.safetensors does not exist: run the stage that writes it"),
        ("longer best 1", {}, "data/regularization/clean/1.safetensors does not exist: run the stage"),
    ],
)
def test_bad_input(stage, project, command, values, line):
    change(values, "regularization")
    with pytest.raises(UserError) as error:
        stage(f"regularization.{command}")
    assert line in str(error.value)
    assert "\n" not in str(error.value)
    assert not any((project / top).exists() for top in ("data/regularization", "metrics", "models"))


def test_images_that_the_corruptions_do_not_take(stage, project):
    grey = Role(some_images(30, (1, 32, 32)), some_images(30, (1, 32, 32)), list("abcdefghij"), "grey")
    save_role("objects", grey)
    with pytest.raises(UserError, match="uint8 images of 32x32x3 or larger"):
        stage("regularization.corruption snow")
