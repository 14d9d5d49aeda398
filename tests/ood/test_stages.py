"""All stages as DVC runs them, on small data, and what stops them: one line, and nothing is written."""

import json

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.metrics import roc_auc_score

from stages.core.data import Role, load_role, save_role, unit
from stages.core.errors import UserError
from stages.core.files import load
from stages.core.measurements import recorded
from stages.core.nets import load_net, resnet
from stages.core.scores import logits
from stages.ood.measuring import scored
from stages.ood.params import Odin
from stages.ood.recipe import known_role, load_outliers
from stages.ood.results import over, results
from tests.conftest import call, change, published, some_images, written

SEEDS = [1, 2]
CHAIN = [
    "ood.sets", "baseline.train 8", "ood.capacity depth_14", "ood.capacity width_6", "ood.capacity_scores 8",
    "ood.known", *(f"ood.exposure {name}" for name in ("control", "exposed", "classes_1", "classes_4")),
    "ood.energy", "ood.exposure_scores", "ood.page",
]
SMALL = {
    "seeds": [1], "training.depth": 8, "training.width": 4, "training.epochs": 1, "training.batch_size": 20,
    "ood.noise": 20, "ood.capacities": ["depth_14", "width_6"], "ood.known.epochs": 2,
    "ood.finetuning.epochs": 1, "ood.finetuning.outliers": 10,
    "ood.exposed": ["control", "exposed", "classes_1", "classes_4"], "ood.exposure.images": 12,
}


@pytest.fixture
def stage(project):
    """Runs a stage, in this process, in a project of small networks; roles have 30 test images each."""
    change(SMALL)
    roles = {"digits": (1, 28, 28)} | dict.fromkeys(("outliers", "scenes", "textures", "faces", "text"))
    for seed, (name, shape) in enumerate(roles.items(), start=2):
        train, test = (some_images(n, shape or (3, 32, 32), 5, seed + 100 * n) for n in (60, 30))
        save_role(name, Role(train, test, list("abcde"), f"random {name}"))
    return call


def areas(inside, outside):
    """AUROC of each score by scikit-learn: in-distribution images are the positive ones."""
    labels = [1] * inside.shape[1] + [0] * outside.shape[1]
    return [roc_auc_score(labels, scores) for scores in np.concatenate([inside, outside], 1)]


def detection_errors(inside, outside):
    """Of each score the smallest mean of both error rates, in percent, by a loop over thresholds."""
    return [
        min(50 * ((own < t).mean() + (other >= t).mean()) for t in [*own, *other])
        for own, other in zip(inside, outside, strict=True)
    ]


def test_all_stages_twice(stage, project):
    change({"seeds": SEEDS})
    for command in CHAIN:
        stage(command)
    first = written(project)
    sets, facts = load("data/ood/sets.safetensors")
    assert set(sets) == set(facts["sources"])
    assert sets["scenes"].equal(load_role("scenes").test.images)
    assert sets["uniform"].shape == (20, 3, 32, 32)
    exposed = recorded("data/ood/scores/exposure/exposed/2.safetensors")
    assert exposed["inside"].shape == (3, 20)                # half of 40 test images are of the first classes
    assert exposed["other_classes"].shape == (3, 20)
    z = logits(load_net("models/ood/finetuned/exposed/2.safetensors"), sets["text"])
    wanted = torch.stack([
        z.double().softmax(1).amax(1), (z.double() / 1000).softmax(1).amax(1), z.double().logsumexp(1),
    ])
    torch.testing.assert_close(torch.tensor(exposed["text"].to_numpy()), wanted, rtol=1e-3, atol=1e-3)
    found = results("capacity", ["baseline", "depth_14", "width_6"], SEEDS)
    nets = [load_net(f"models/ood/capacity/{name}/2.safetensors") for name in ("depth_14", "width_6")]
    assert [(len(net.blocks), net.conv.out_channels) for net in nets] == [(6, 4), (3, 6)]
    one = found.sel(network="baseline", seed=2)
    pair = one["inside"].to_numpy(), one["scenes"].to_numpy()
    measured = one.metrics.sel(set="scenes", metric="auroc").to_numpy()
    assert measured == pytest.approx(100 * np.array(areas(*pair)))
    plain = over(found.sel(seed=[2]), "baseline", "max_softmax", ["scenes"])
    assert sum(float(term.mean()) for term in plain) == pytest.approx(measured[0])
    page = json.loads((project / "data/ood/page.json").read_text())
    rows = {row[0]: row for one in page["tables"] for row in one["rows"] if "ODIN paper" in one["caption"]}
    both = found.sel(network="baseline")
    errors = [
        detection_errors(*(both[of].sel(seed=seed).to_numpy() for of in ("inside", "scenes")))
        for seed in SEEDS
    ]
    assert rows["scenes"][2:4] == pytest.approx(np.mean(errors, 0)[:2], abs=0.051)
    assert published(project, "ood") == ([9, 5, 6], {"energy_bounds_beat_exposure"})
    for command in ["ood.sets", "ood.exposure exposed", "ood.exposure_scores"]:
        stage(command)
    assert written(project) == first                      # the same stage twice is the same bytes


@pytest.fixture
def one_step(stage):
    """Runs a stage of fine-tuning that takes one step, on a batch of all images as they are."""
    change({"compute.precision": "float32", "training.batch_size": 30, "training.pad": 0,
            "training.flip": False})
    for command in "ood.sets", "ood.known":
        stage(command)

    def run(command, outliers=12):
        change({"ood.finetuning.outliers": outliers})
        stage(command)

    return run


def before(outliers):
    """Logits of the images of the first classes and of outliers beside them, and labels, before the step."""
    net, train = load_net("models/ood/known/1.safetensors").train(), known_role(5).train
    return *net(unit(torch.cat([train.images, outliers]))).split([30, len(outliers)]), train.labels


def first_loss(name):
    return recorded(f"data/training/ood/finetuned/{name}/1.safetensors").train_loss.item()


def test_exposure_has_its_weight_with_outliers_of_any_number_of_classes(one_step):
    change({"ood.exposure.weight": 0.7})
    one_step("ood.exposure exposed", outliers=60)
    one_step("ood.exposure classes_1", outliers=12)          # of 1 class: all that there are of it
    outliers, _ = load_outliers()
    shown = {"exposed": outliers.images, "classes_1": outliers.images[outliers.labels == 0]}
    for name, images in shown.items():
        z, z_outliers, y = before(images)
        uniform = torch.full_like(z_outliers, 1 / 5)
        wanted = F.cross_entropy(z, y) + 0.7 * F.cross_entropy(z_outliers, uniform)
        assert first_loss(name) == pytest.approx(wanted.item(), rel=1e-5)


def test_energy_bounds_have_their_weight_and_energies(one_step):
    change({"ood.energy.weight": 0.3, "ood.energy.m_in": -9.0, "ood.energy.m_out": 1.0})
    one_step("ood.energy", outliers=60)
    z, z_outliers, y = before(load_outliers()[0].images)
    inside, outside = -z.exp().sum(1).log(), -z_outliers.exp().sum(1).log()
    wanted = F.cross_entropy(z, y) + 0.3 * ((inside + 9).square().mean() + (1 - outside).square().mean())
    assert first_loss("energy") == pytest.approx(wanted.item(), rel=1e-5)


def test_fine_tuning_has_its_own_learning_rate_and_the_control_no_outliers(one_step):
    change({"training.lr": 0.1, "training.weight_decay": 0.01, "ood.finetuning.lr": 0.03})
    one_step("ood.exposure control")
    net, train = load_net("models/ood/known/1.safetensors").train(), known_role(5).train
    F.cross_entropy(net(unit(train.images)), train.labels).backward()
    after = load_net("models/ood/finetuned/control/1.safetensors")
    for w, found in zip(net.parameters(), after.parameters(), strict=True):
        torch.testing.assert_close(found, w - 0.03 * (w.grad + 0.01 * w), rtol=0, atol=1e-6)


def test_the_step_on_the_input_changes_odin_only(project):
    role = load_role("objects")
    net, images = resnet(role, 8, 4).eval(), role.test.images
    z = logits(net, images)
    settings = [Odin(temperature=1000.0, epsilon=epsilon) for epsilon in (0.0, 0.01)]
    still, moved = (scored(net, images, z, one) for one in settings)
    assert moved[[0, 2]].equal(still[[0, 2]])
    assert (moved[1] > still[1]).double().mean() > 0.9       # towards confidence


@pytest.mark.parametrize(("command", "values", "line"), [
    ("capacity_scores 8", {}, "data/ood/sets.safetensors does not exist: run the stage"),
    ("energy", {}, "data/ood/outliers.safetensors does not exist: run the stage"),
    ("exposure exposed", {"ood.exposure.weight": -0.5},
     "`ood.exposure.weight` is -0.5, but should be greater than or equal to 0"),
    ("energy", {"ood.energy.m_in": -3.0, "ood.energy.m_out": -7.0},
     "a section whose m_in is below its m_out"),
    ("known", {"ood.known.classes": 10}, "`ood.known.classes` is 10, but `objects` has 10 classes"),
    ("known", {"ood.known.classes": 1},
     "`ood.known.classes` is 1, but should be greater than or equal to 2"),
    ("page", {"ood.exposed": ["control", "exposed", "classes_5", "classes_1"]}, "the fewest first"),
    ("page", {"ood.exposed": ["exposed", "classes_1", "classes_5"]}, "a list with control, exposed, and"),
    ("page", {"ood.exposed": ["control", "exposed", "classes_1", "all"]}, "`ood.exposed.3` is 'all'"),
    ("page", {"ood.exposure.images": 3}, "exposure.images are at least one for each class"),
    ("page", {"ood.finetuning.outliers": 13}, "exposure.images fill a batch of finetuning.outliers"),
    ("capacity depth_9", {}, "depth 6n + 2 (8, 14, 20, 32, 44, 56, 110, ...), not 9"),
    ("capacity_scores 8", {"ood.capacities": ["deep"]}, "`ood.capacities.0` is 'deep'"),
    ("page", {"ood.odin.temperature": 0.0}, "`ood.odin.temperature` is 0.0, but should be greater than 0"),
])
def test_bad_parameters(stage, project, command, values, line):
    change(values)
    with pytest.raises(UserError) as error:
        stage(f"ood.{command}")
    assert line in str(error.value)
    assert not (project / "models").exists()


@pytest.mark.parametrize(("network", "values", "line"), [
    ("classes_6", {}, "`ood.exposed` has classes_6, but the outliers have 5 classes: lower it"),
    ("exposed", {"ood.finetuning.outliers": 61, "ood.exposure.images": 61},
     "60 training images do not fill a batch of 61"),
    ("classes_1", {"ood.exposure.images": 13},
     "class 0 of the outliers has 12 images, of which 13 are wanted: lower"),
])
def test_outliers_that_are_too_few(stage, project, network, values, line):
    for command in "ood.sets", "ood.known":
        stage(command)
    change(values)
    with pytest.raises(UserError) as error:
        stage(f"ood.exposure {network}")
    assert line in str(error.value)
    assert not (project / "models/ood/finetuned").exists()


def test_an_outlier_that_is_tested_on_is_refused(stage, project):
    outliers, text = load_role("outliers"), load_role("text")
    text.test.images[3] = outliers.train.images[5]
    save_role("text", text)
    with pytest.raises(UserError, match=r"the outliers share 1 image\(s\) with the test set `text`"):
        stage("ood.sets")
    assert not (project / "data/ood").exists()
