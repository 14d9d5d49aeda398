"""All stages as DVC runs them, on small data, and what stops them: one line, and nothing is written."""

import json

import pytest
import torch
import torch.nn.functional as F
from sklearn.metrics import roc_auc_score

from stages.core.data import Role, load_role, save_role, unit
from stages.core.errors import UserError
from stages.core.files import load, read_json
from stages.core.nets import load_net
from stages.core.scores import logits
from stages.ood.recipe import SCORES, known_role, load_outliers
from tests.conftest import call, change, some_images, written

CHAIN = [
    "ood.sets", "baseline.train 8 1", *(f"ood.capacity {name} 1" for name in (
        "shallow", "middling", "deep", "narrow", "wide")),
    "ood.capacity_scores 8 1", "ood.known 1", "ood.control 1", "ood.exposure 1", "ood.energy 1",
    "ood.diversity 1", "ood.exposure_scores 1", "ood.figures", "ood.claims",
]
SMALL = {
    "training.depth": 8, "training.width": 4, "training.epochs": 1, "training.batch_size": 20,
    "ood.noise": 20, "ood.capacities.shallow.depth": 8, "ood.capacities.middling.depth": 8,
    "ood.capacities.deep.depth": 14, "ood.known.epochs": 2, "ood.finetuning.epochs": 1,
    "ood.finetuning.outliers": 10, "ood.diversity.classes": [1, 4], "ood.diversity.images": 12,
} | {f"ood.capacities.{name}.width": width for name, width in (
    ("shallow", 4), ("middling", 4), ("deep", 4), ("narrow", 4), ("wide", 6))
} | {f"ood.capacities.{name}.depth": 8 for name in ("narrow", "wide")}


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
    return [roc_auc_score(labels, scores) for scores in torch.cat([inside, outside], 1)]


def detection_errors(inside, outside):
    """Of each score the smallest mean of both error rates, in percent, by a loop over thresholds."""
    return [
        min(50 * ((own < t).double().mean() + (other >= t).double().mean()).item() for t in [*own, *other])
        for own, other in zip(inside, outside, strict=True)
    ]


def test_all_stages_twice(stage, project):
    for command in CHAIN:
        stage(command)
    first = written(project)
    sets, facts = load("data/ood/sets.safetensors")
    assert set(sets) == set(facts["sources"])
    assert sets["scenes"].equal(load_role("scenes").test.images)
    assert sets["uniform"].shape == (20, 3, 32, 32)
    found = load("data/ood/scores/exposure-1.safetensors")[0]
    assert found["energy/inside"].shape == (3, 20)           # half of 40 test images are of the first classes
    assert found["diversity_4/other_classes"].shape == (3, 20)
    z = logits(load_net("models/ood/exposure/exposed-1.safetensors"), sets["text"])
    wanted = torch.stack([
        z.double().softmax(1).amax(1), (z.double() / 1000).softmax(1).amax(1), z.double().logsumexp(1),
    ])
    torch.testing.assert_close(found["exposed/text"], wanted, rtol=1e-3, atol=1e-3)
    numbers = read_json("metrics/ood/capacity-1.json")
    assert set(numbers) == {"baseline", "shallow", "middling", "deep", "narrow", "wide"}
    assert set(numbers["wide"]["sets"]) == set(sets)
    nets = [load_net(f"models/ood/capacity/{name}-1.safetensors") for name in ("narrow", "wide", "deep")]
    assert [(len(net.blocks), net.conv.out_channels) for net in nets] == [(3, 4), (3, 6), (6, 4)]
    scores = load("data/ood/scores/capacity-1.safetensors")[0]
    pair = scores["baseline/inside"], scores["baseline/scenes"]
    measured = [numbers["baseline"]["sets"]["scenes"][name]["auroc"] for name in SCORES]
    assert measured == pytest.approx(areas(*pair), abs=1e-6)
    page = json.loads((project / "data/ood/page.json").read_text())
    rows = {row[0]: row for one in page["tables"] for row in one["rows"] if "ODIN paper" in one["caption"]}
    assert rows["scenes"][3:5] == pytest.approx(detection_errors(*pair)[:2], abs=1e-4)
    assert (len(page["claims"]), len(page["tables"]), len(page["figures"])) == (8, 6, 6)
    assert all((project / one["path"]).exists() for one in page["figures"])
    for command in ["ood.sets", "ood.exposure 1", "ood.diversity 1", "ood.exposure_scores 1", "ood.figures"]:
        stage(command)
    assert written(project) == first                      # the same stage twice is the same bytes


@pytest.fixture
def one_step(stage):
    """Runs a stage of fine-tuning that takes one step, on a batch of all images as they are."""
    change({"compute.precision": "float32", "training.batch_size": 30, "training.pad": 0,
            "training.flip": False})
    for command in "ood.sets", "ood.known 1":
        stage(command)

    def run(command, outliers=12):
        change({"ood.finetuning.outliers": outliers})
        stage(command)

    return run


def before(outliers):
    """Logits of the images of the first classes and of outliers beside them, and labels, before the step."""
    net, train = load_net("models/ood/exposure/known-1.safetensors").train(), known_role(5).train
    return *net(unit(torch.cat([train.images, outliers]))).split([30, len(outliers)]), train.labels


def first_loss(name):
    return read_json(f"metrics/training/ood/{name}-1.json")["train_loss"]


def test_exposure_has_its_weight_with_outliers_of_any_number_of_classes(one_step):
    change({"ood.exposure.weight": 0.7})
    one_step("ood.exposure 1", outliers=60)
    one_step("ood.diversity 1", outliers=12)                 # with 1 class, all that there are of it
    outliers, _ = load_outliers()
    found = first_loss("exposure/exposed"), first_loss("diversity")["1"]
    for loss, shown in zip(found, (outliers.images, outliers.images[outliers.labels == 0]), strict=True):
        z, z_outliers, y = before(shown)
        uniform = torch.full_like(z_outliers, 1 / 5)
        wanted = F.cross_entropy(z, y) + 0.7 * F.cross_entropy(z_outliers, uniform)
        assert loss == pytest.approx(wanted.item(), rel=1e-5)


def test_energy_bounds_have_their_weight_and_energies(one_step):
    change({"ood.energy.weight": 0.3, "ood.energy.m_in": -9.0, "ood.energy.m_out": 1.0})
    one_step("ood.energy 1", outliers=60)
    z, z_outliers, y = before(load_outliers()[0].images)
    inside, outside = -z.exp().sum(1).log(), -z_outliers.exp().sum(1).log()
    wanted = F.cross_entropy(z, y) + 0.3 * ((inside + 9).square().mean() + (1 - outside).square().mean())
    assert first_loss("exposure/energy") == pytest.approx(wanted.item(), rel=1e-5)


def test_fine_tuning_has_its_own_learning_rate(one_step):
    change({"training.lr": 0.1, "training.weight_decay": 0.01, "ood.finetuning.lr": 0.03})
    one_step("ood.control 1")
    net, train = load_net("models/ood/exposure/known-1.safetensors").train(), known_role(5).train
    F.cross_entropy(net(unit(train.images)), train.labels).backward()
    after = load_net("models/ood/exposure/control-1.safetensors")
    for w, found in zip(net.parameters(), after.parameters(), strict=True):
        torch.testing.assert_close(found, w - 0.03 * (w.grad + 0.01 * w), rtol=0, atol=1e-6)


def test_the_step_on_the_input_changes_odin_only(stage):
    for command in "ood.sets", "ood.known 1", *(f"ood.{name} 1" for name in (
            "control", "exposure", "energy", "diversity")), "ood.exposure_scores 1":
        stage(command)
    still = load("data/ood/scores/exposure-1.safetensors")[0]
    change({"ood.odin.epsilon": 0.01})
    stage("ood.exposure_scores 1")
    moved = load("data/ood/scores/exposure-1.safetensors")[0]
    for name, scores in moved.items():
        assert scores[[0, 2]].equal(still[name][[0, 2]])
        assert (scores[1] > still[name][1]).double().mean() > 0.9            # towards confidence


@pytest.mark.parametrize(("command", "values", "line"), [
    ("capacity_scores 8 1", {}, "models/resnet8/sgd-1.safetensors does not exist: run the stage"),
    ("control 1", {}, "models/ood/exposure/known-1.safetensors does not exist: run the stage"),
    ("exposure 1", {"ood.exposure.weight": -0.5},
     "`ood.exposure.weight` is -0.5, but should be greater than or equal to 0"),
    ("energy 1", {"ood.energy.m_in": -3.0, "ood.energy.m_out": -7.0},
     "a section whose m_in is below its m_out"),
    ("known 1", {"ood.known.classes": 10}, "`ood.known.classes` is 10, but `objects` has 10 classes"),
    ("known 1", {"ood.known.classes": 1},
     "`ood.known.classes` is 1, but should be greater than or equal to 2"),
    ("diversity 1", {"ood.diversity.classes": [5, 1]}, "each number larger than the one before"),
    ("diversity 1", {"ood.diversity.images": 3}, "at least one of its images for each of its classes"),
    ("capacity deep 1", {"ood.capacities.deep.depth": 9},
     "depth 6n + 2 (8, 14, 20, 32, 44, 56, 110, ...), not 9"),
    ("figures", {"ood.capacities.deep.depth": 8}, "a section whose deep is deeper than shallow"),
    ("figures", {"ood.odin.temperature": 0.0}, "`ood.odin.temperature` is 0.0, but should be greater than 0"),
])
def test_bad_parameters(stage, project, command, values, line):
    change(values)
    with pytest.raises(UserError) as error:
        stage(f"ood.{command}")
    assert line in str(error.value)
    assert not (project / "models").exists()


@pytest.mark.parametrize(("values", "line"), [
    ({"ood.diversity.classes": [1, 6]},
     "`ood.diversity.classes` has 6, but the outliers have 5 classes: lower it"),
    ({"ood.finetuning.outliers": 13}, "12 outliers do not fill a batch, which has 13: lower"),
    ({"ood.diversity.images": 13}, "class 0 of the outliers has 12 images, of which 13 are wanted: lower"),
])
def test_outliers_that_are_too_few(stage, project, values, line):
    for command in "ood.sets", "ood.known 1":
        stage(command)
    change(values)
    with pytest.raises(UserError) as error:
        stage("ood.diversity 1")
    assert line in str(error.value)
    assert not (project / "models/ood/diversity").exists()


def test_an_outlier_that_is_tested_on_is_refused(stage, ran, project):
    outliers, text = load_role("outliers"), load_role("text")
    text.test.images[3] = outliers.train.images[5]
    save_role("text", text)
    done = ran("ood.sets")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: the outliers share 1 image(s) with the test set `text`: they must be disjoint from what "
        "networks are tested on; change `data.outliers` or that set\n"
    )
    assert not (project / "data/ood").exists()
