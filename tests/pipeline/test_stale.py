"""Rule 6: an edit makes exactly those stages stale that depend on it."""

import sys
from fnmatch import fnmatchcase

import pytest

from stages.pipeline.project import pipeline, title
from stages.pipeline.project import project as opened
from stages.pipeline.stale import stale
from tests.pipeline.conftest import shell

EXPERIMENTS = "distillation", "features", "lottery", "noise", "ood", "regularization"
FIGURES = {name: f"stages/{name}/dvc.yaml:figures" for name in EXPERIMENTS}

# What reads an experiment's measurements, then what follows from a change, from a chain's end backwards.
NOISE = [FIGURES["noise"], "noise", "report"]
MEASURED = ["robustness@*", "landscape@*", *NOISE]
GAUSSIAN = ["gaussian@*", "robustness@gaussian-*", "landscape@gaussian-*", *NOISE]
SAM = ["sam@sam-*", "robustness@sam-*", "landscape@sam-*", *NOISE]
SAM_MULTISTEP = ["sam_multistep@*", "robustness@sam_multistep-*", "landscape@sam_multistep-*", *NOISE]
SAM_LINF = ["sam@sam_linf-*", "robustness@sam_linf-*", "landscape@sam_linf-*", *NOISE]
ALL_SAM = [*SAM, *SAM_MULTISTEP, *SAM_LINF]

FEATURES = [FIGURES["features"], "features", "report"]
EVALUATED = ["evaluation@*", *FEATURES]
DET = ["retraining@det-*", "evaluation@on_det-*", *FEATURES]
NONROBUST = ["nonrobust@*", "retraining@rand-*", "evaluation@on_rand-*", *DET]
INVERTED = [
    "inversion@*", "retraining@robust-*", "retraining@robust_noise-*", "retraining@standard-*",
    "evaluation@on_robust-*", "evaluation@on_robust_noise-*", "evaluation@on_standard-*", *FEATURES,
]
ROBUST = ["adversarial@*", "evaluation@robust-*", *INVERTED]
CHAIN = [*NONROBUST, *ROBUST, *EVALUATED]

OOD = [FIGURES["ood"], "ood", "report"]
CAPACITY = ["capacity@*", "capacity_scores@*", *OOD]
EXPOSED = ["exposed@*", "diversity@*", "exposure_scores@*", *OOD]            # by outlier exposure
FINETUNED = ["control@*", "energy@*", *EXPOSED]
KNOWN = ["known@*", *FINETUNED]
SCORED = ["capacity_scores@*", "exposure_scores@*", *OOD]
SETS = ["sets", "energy@*", *EXPOSED, *SCORED]               # fine-tuning waits for the check of its outliers

BASELINE = [
    "baseline@*", "robustness@sgd-*", "landscape@sgd-*", *NOISE, *NONROBUST, *INVERTED, "evaluation@sgd-*",
    "capacity_scores@*", *OOD,
]
BY_RECIPE = ["baseline@*", *GAUSSIAN, *ALL_SAM, *MEASURED, *CHAIN, *CAPACITY, *KNOWN]    # section `training`

LOTTERY = [FIGURES["lottery"], "lottery", "report"]
ROUNDS = ["global@*", "layerwise@*", "finetuned@*", "reinit@*", "random@*"]
AT_ONCE = ["criterion@*", "saliency@*"]
ATTACKED = ["stages/lottery/dvc.yaml:adversarial", *LOTTERY]
TICKETS = ["dense", *ROUNDS, *AT_ONCE, "treatment@*", "continuous", *ATTACKED]

DISTILLED = [FIGURES["distillation"], "distillation", "report"]
STUDENTS = ["students@*", "omitted", "why", *DISTILLED]
DIGITS = ["teacher@*", "logits", *STUDENTS]
TAUGHT = ["taught@*", "virtual@*", "smoothing@*", "own_teacher@*"]
ON_OBJECTS = ["labels@*", "poor@*", *TAUGHT, *DISTILLED]

REGULARIZATION = [FIGURES["regularization"], "regularization", "report"]
LONGER = ["longer@*", "longer_plain@*"]
TESTED = ["clean@*", "corrupted@*", "attacked@*", "longer@*", *REGULARIZATION]
CORRUPTED = ["corruption@*", "corrupted@*", *REGULARIZATION]
REGULARIZED = ["network@*", "sweep@*", *LONGER, *TESTED]

TRAINED = [*BY_RECIPE, *TICKETS, *DIGITS, *ON_OBJECTS, *REGULARIZED]
OBJECTS = ["data@objects", *BY_RECIPE, *TICKETS, *ON_OBJECTS, *SETS, *REGULARIZED, *CORRUPTED]
DATA = ["data@*", *OBJECTS, *DIGITS]

SHARED = {
    "data.objects.source": OBJECTS,
    "data.objects.train": OBJECTS,
    "data.digits.train": ["data@digits", *DIGITS, *SETS],
    "data.text.source": ["data@text", *SETS],
    "compute.threads": [*TRAINED, *SETS],
    "training.epochs": [*BY_RECIPE, *REGULARIZED],
    "training": [*BY_RECIPE, *REGULARIZED],
    "seeds": [                                               # and stages that are new
        *NOISE, *FEATURES, *TICKETS, *DISTILLED, *OOD, "longer@*", *REGULARIZATION,
    ],
    "data/raw/objects/test/cat/1.png": OBJECTS,
    "data/raw/digits/test/3/1.png": ["data@digits", *DIGITS, *SETS],
    "data/raw/scenes/LSUN_resize/1.png": ["data@scenes", *SETS],
    "stages/datasets/photos.py": DATA,
    "stages/core/files.py": DATA,
    "stages/core/params.py": DATA,
    "stages/core/nets.py": TRAINED,
    "stages/core/train.py": TRAINED,
    "stages/core/attacks.py": [*CHAIN, *ATTACKED, *SCORED, "attacked@*", *REGULARIZATION],
    "stages/core/scores.py": [
        *MEASURED, *NONROBUST, *INVERTED, *EVALUATED, *TICKETS, *DIGITS, *ON_OBJECTS, *SCORED,
        "sweep@*", *LONGER, *TESTED,
    ],
    "stages/core/plots.py": [*FIGURES.values(), "report"],
    "stages/baseline/train.py": [*BASELINE, *TESTED],
    "stages/report/page.css": ["report"],
    "stages/report/page.html.jinja": ["report"],
    "stages/pipeline/deps.py": [],
    "stages/noise/README.md": [],
    "docs/index.md": [],
    "profiles/smoke.yaml": [],
}
OF_NOISE = {
    "gaussian.sigma": GAUSSIAN,
    "sam.rho": [*SAM, *SAM_MULTISTEP],
    "sam.norm": [*SAM, *SAM_MULTISTEP],
    "sam_multistep.steps": SAM_MULTISTEP,
    "sam_linf.rho": SAM_LINF,
    "noise.robustness.sigmas": ["robustness@*", *NOISE],
    "noise.landscape.points": ["landscape@*", *NOISE],
    "stages/noise/gaussian.py": GAUSSIAN,
    "stages/noise/sam.py": ALL_SAM,
    "stages/noise/weights.py": [*GAUSSIAN, *ALL_SAM, *MEASURED],
    "stages/noise/quantisation.py": ["robustness@*", *NOISE],
    "stages/noise/hessian.py": ["landscape@*", *NOISE],
    "stages/noise/claims.py": ["noise", "report"],
    "stages/noise/figures.py": [FIGURES["noise"], "report"],
}
OF_FEATURES = {
    "features.depth": FEATURES,                              # and stages that are new
    "features.images": [*NONROBUST, *INVERTED],
    "features.nonrobust.epsilon": NONROBUST,
    "features.adversarial.epsilon": ROBUST,
    "features.inversion.iterations": INVERTED,
    "features.retraining.rand.augment": ["retraining@rand-*", "evaluation@on_rand-*", *FEATURES],
    "features.retraining.det.lr": DET,
    "features.retraining.robust.lr": ["retraining@robust-*", "evaluation@on_robust-*", *FEATURES],
    "features.retraining.robust_noise.epochs": [
        "retraining@robust_noise-*", "evaluation@on_robust_noise-*", *FEATURES,
    ],
    "features.retraining.standard.epochs": ["retraining@standard-*", "evaluation@on_standard-*", *FEATURES],
    "features.evaluation.epsilons": EVALUATED,
    "stages/features/nonrobust.py": NONROBUST,
    "stages/features/inversion.py": INVERTED,
    "stages/features/evaluation.py": EVALUATED,
    "stages/features/grids.py": [FIGURES["features"], "report"],
}
OF_LOTTERY = {
    "lottery.training.epochs": TICKETS,
    "lottery.network": TICKETS,
    "lottery.rewind_step": TICKETS,
    "lottery.fraction": [*ROUNDS, *AT_ONCE, "treatment@*", *LOTTERY],
    "lottery.common_round": [*AT_ONCE, "treatment@*", *LOTTERY],
    "lottery.finetuned.lr": ["finetuned@*", *LOTTERY],
    "lottery.gradient_images": ["saliency@*", *LOTTERY],
    "lottery.adversarial.attack.epsilon": ATTACKED,
    "lottery.adversarial.fraction": ATTACKED,
    "lottery.continuous.beta": ["continuous", *LOTTERY],
    "lottery.criteria": LOTTERY,                             # and stages that are new
    "lottery.saliencies": LOTTERY,
    "lottery.treatments": LOTTERY,
    "lottery.rounds.2": [*AT_ONCE, "treatment@*", *LOTTERY],             # which is the common round
    "lottery.rounds.3": LOTTERY,
    "models/lottery/global/2/mask-1.safetensors": ["reinit@2", "random@2", "treatment@*", *LOTTERY],
    "stages/lottery/masks.py": TICKETS,
    "stages/lottery/criteria.py": [*AT_ONCE, *LOTTERY],
    "stages/lottery/controls.py": ["reinit@*", "random@*", *LOTTERY],
    "stages/lottery/continuous.py": ["continuous", *LOTTERY],
    "stages/lottery/claims.py": ["lottery", "report"],
    "stages/lottery/figures.py": [FIGURES["lottery"], "report"],
}
OF_DISTILLATION = {
    "distillation.digits.seeds": ["logits", *STUDENTS],      # and stages that are new
    "distillation.digits.teacher.dropout": DIGITS,
    "distillation.digits.held_out": DIGITS,
    "distillation.digits.student.lr": STUDENTS,
    "distillation.digits.alpha": STUDENTS,
    "distillation.digits.temperatures": ["students@*", "why", *DISTILLED],
    "distillation.digits.temperature": ["omitted", "why", *DISTILLED],
    "distillation.digits.sizes.small": ["students@small", *DISTILLED],
    "distillation.digits.sizes.large": ["students@large", "omitted", "why", *DISTILLED],
    "distillation.digits.omitted.digit": ["omitted", *DISTILLED],
    "distillation.objects.training.epochs": ON_OBJECTS,
    "distillation.objects.networks.weaker": [
        "labels@weaker-*", "poor@*", "taught@weaker-*", "taught@poor-*", *DISTILLED,
    ],
    "distillation.objects.networks.student": ["labels@student-*", *TAUGHT, *DISTILLED],
    "distillation.objects.poor.epochs": ["poor@*", "taught@poor-*", *DISTILLED],
    "distillation.objects.taught.weaker.alpha": ["taught@weaker-*", *DISTILLED],
    "distillation.objects.taught.poor": ["taught@poor-*", *DISTILLED],
    "distillation.objects.taught.student.temperature": ["taught@student-*", *DISTILLED],
    "distillation.objects.virtual.confidence": ["virtual@*", *DISTILLED],
    "distillation.objects.smoothing.epsilon": ["smoothing@*", *DISTILLED],
    "distillation.objects.own_teacher.hint": ["own_teacher@*", *DISTILLED],
    "stages/distillation/omitted.py": ["omitted", *DISTILLED],
    "stages/distillation/why.py": ["why", *DISTILLED],
    "stages/distillation/own_teacher.py": ["own_teacher@*", *DISTILLED],
    "stages/distillation/page.py": ["distillation", "report"],
}
OF_OOD = {
    "ood.noise": SETS,
    "ood.odin.temperature": SCORED,
    "ood.capacities.deep.depth": ["capacity@deep-*", "capacity_scores@*", *OOD],
    "ood.known.classes": KNOWN,
    "ood.known.epochs": KNOWN,
    "ood.finetuning.lr": FINETUNED,
    "ood.exposure.weight": EXPOSED,
    "ood.energy.m_in": ["energy@*", "exposure_scores@*", *OOD],
    "ood.diversity.images": ["diversity@*", "exposure_scores@*", *OOD],
    "stages/ood/sets.py": SETS,
    "stages/ood/scores.py": SCORED,
    "stages/ood/detection.py": SCORED,
    "stages/ood/energy.py": ["energy@*", "exposure_scores@*", *OOD],
    "stages/ood/exposure.py": EXPOSED,
    "stages/ood/influence.py": OOD,
    "stages/ood/page.py": ["ood", "report"],
}
OF_REGULARIZATION = {
    "regularization.networks.cutout.size": ["network@cutout-*", *TESTED],
    "regularization.networks.mixup_rotation": ["network@mixup_rotation-*", *TESTED],
    "regularization.small.depth": ["sweep@*", *REGULARIZATION],
    "regularization.sweep": REGULARIZATION,                                          # and stages that are new
    "regularization.longer.epochs": [*LONGER, *REGULARIZATION],
    "regularization.corruption.severities": CORRUPTED,
    "regularization.corruption.names": ["corrupted@*", *REGULARIZATION],             # and stages that are new
    "regularization.attacks.epsilons": ["attacked@*", *REGULARIZATION],
    "regularization.images": ["corrupted@*", "attacked@*", *REGULARIZATION],
    "data/regularization/corruptions/snow.safetensors": ["corrupted@*", *REGULARIZATION],
    "stages/datasets/corruptions.py": [*CORRUPTED, "attacked@*"],                    # names of corruptions
    "stages/regularization/cutout.py": REGULARIZED,
    "stages/regularization/corruption.py": CORRUPTED,
    "stages/regularization/calibration.py": ["clean@*", "longer@*", *REGULARIZATION],
    "stages/regularization/results.py": REGULARIZATION,
    "stages/regularization/choice.py": ["longer@*", "longer_plain@*", *REGULARIZATION],
    "stages/regularization/attacked.py": ["attacked@*", *REGULARIZATION],
    "stages/regularization/page.py": ["regularization", "report"],
}
TABLE = SHARED | OF_NOISE | OF_FEATURES | OF_LOTTERY | OF_DISTILLATION | OF_OOD | OF_REGULARIZATION


@pytest.fixture(scope="module")
def repo(request):
    with opened(request.config.rootpath) as repo:
        yield repo


@pytest.mark.parametrize("edit", TABLE)
def test_this_project(repo, edit):
    names = {title(repo, stage) for stage in pipeline(repo)}
    expected = set()
    for pattern in TABLE[edit]:
        found = {name for name in names if pattern == name or fnmatchcase(name.split(":")[-1], pattern)}
        assert found, f"no stage is called {pattern}"
        expected |= found
    assert stale(repo, edit) == expected


SLOW = {"stages/demo/dvc.yaml:train@slow-1", "stages/demo/dvc.yaml:train@slow-2"}
FAST = {"stages/demo/dvc.yaml:train@fast-1", "stages/demo/dvc.yaml:train@fast-2"}
LATER = {"stages/demo/dvc.yaml:figures", "demo", "report"}


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        ("demo.slow.rate", SLOW | LATER),
        ("demo.slow", SLOW | LATER),
        ("demo", SLOW | FAST | LATER),
        ("demo.slower", set()),
        ("demo.seeds", set()),
        ("demo.page.digits", {"demo", "report"}),
        ("data.words", {"data@words"} | SLOW | FAST | LATER),
        ("data/raw/words/new.txt", {"data@words"} | SLOW | FAST | LATER),
        ("stages/demo/parts.py", SLOW | FAST | LATER),
        ("stages/demo/figures.py", {"stages/demo/dvc.yaml:figures", "report"}),
        ("stages/core/claims.py", set()),
    ],
)
def test_a_project_whose_stages_are_known(check, edit, expected):
    assert check(lambda repo: stale(repo, edit)) == expected


def test_a_missing_dependency_shows(check, change):
    change("stages/demo/dvc.yaml", "      - stages/demo/parts.py\n", "")
    assert check(lambda repo: stale(repo, "stages/demo/parts.py")) == set()


def test_a_missing_parameter_shows(check, change):
    change("stages/demo/dvc.yaml", "    params:\n      - demo.${item.speed}\n", "")
    assert check(lambda repo: stale(repo, "demo.slow.rate")) == set()


def test_dvc_itself_finds_the_same(demo, change, check):
    """The stages that DVC runs after an edit, whose results all change, are those that we say are stale."""
    expected = check(lambda repo: stale(repo, "demo.slow.rate"))
    change("params.yaml", "rate: 1.0e-1", "rate: 0.3")
    text = shell(demo, sys.executable, "-m", "dvc", "repro")
    ran = {line.split("'")[1] for line in text.splitlines() if line.startswith("Running stage")}
    assert ran == expected
