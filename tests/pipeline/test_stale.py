"""Rule 6: an edit makes exactly those stages stale that depend on it."""

import sys
from fnmatch import fnmatchcase

import pytest

from stages.pipeline.project import pipeline, title
from stages.pipeline.project import project as opened
from stages.pipeline.stale import stale
from tests.pipeline.conftest import shell

RESULTS = ["stages/noise/dvc.yaml:figures", "noise", "report"]   # what reads the measurements of noise
MEASURED = ["robustness@*", "landscape@*", *RESULTS]
SGD = ["baseline@*", "robustness@sgd-*", "landscape@sgd-*", *RESULTS]
GAUSSIAN = ["gaussian@*", "robustness@gaussian-*", "landscape@gaussian-*", *RESULTS]
SAM = ["sam@sam-*", "robustness@sam-*", "landscape@sam-*", *RESULTS]
SAM_MULTISTEP = ["sam_multistep@*", "robustness@sam_multistep-*", "landscape@sam_multistep-*", *RESULTS]
SAM_LINF = ["sam@sam_linf-*", "robustness@sam_linf-*", "landscape@sam_linf-*", *RESULTS]
TRAINED = [*SGD, *GAUSSIAN, *SAM, *SAM_MULTISTEP, *SAM_LINF]
LOTTERY_READ = ["stages/lottery/dvc.yaml:figures", "lottery", "report"]
ROUNDS = ["global@*", "layerwise@*", "finetuned@*", "reinit@*", "random@*"]
AT_ONCE = ["criterion@*", "saliency@*"]
SPARSE = [*ROUNDS, *AT_ONCE, "treatment@*", "continuous"]
LOTTERY = ["dense", "stages/lottery/dvc.yaml:adversarial", *SPARSE, *LOTTERY_READ]
ALL = [*TRAINED, *LOTTERY]
ALL_DATA = ["data@*", *ALL]

TABLE = {
    "data.objects.source": ["data@objects", *ALL],
    "data.objects.train": ["data@objects", *ALL],
    "data.digits.train": ["data@digits"],
    "compute.threads": ALL,
    "training.epochs": TRAINED,
    "training": TRAINED,
    "gaussian.sigma": GAUSSIAN,
    "sam.rho": [*SAM, *SAM_MULTISTEP],
    "sam.norm": [*SAM, *SAM_MULTISTEP],
    "sam_multistep.steps": SAM_MULTISTEP,
    "sam_linf.rho": SAM_LINF,
    "noise.robustness.sigmas": ["robustness@*", *RESULTS],
    "noise.landscape.points": ["landscape@*", *RESULTS],
    "seeds": [*RESULTS, *LOTTERY],                                  # and stages that are new
    "data/raw/objects/test/cat/1.png": ["data@objects", *ALL],
    "data/raw/digits/test/3/1.png": ["data@digits"],
    "stages/datasets/photos.py": ALL_DATA,
    "stages/core/files.py": ALL_DATA,
    "stages/core/params.py": ALL_DATA,
    "stages/core/nets.py": ALL,
    "stages/core/train.py": ALL,
    "stages/core/scores.py": [*MEASURED, *LOTTERY],
    "stages/core/claims.py": ["noise", "stages/lottery/dvc.yaml:figures", "lottery", "report"],
    "stages/core/plots.py": ["stages/noise/dvc.yaml:figures", "stages/lottery/dvc.yaml:figures", "report"],
    "stages/baseline/train.py": SGD,
    "stages/noise/gaussian.py": GAUSSIAN,
    "stages/noise/sam.py": [*SAM, *SAM_MULTISTEP, *SAM_LINF],
    "stages/noise/weights.py": [*GAUSSIAN, *SAM, *SAM_MULTISTEP, *SAM_LINF, *MEASURED],
    "stages/noise/quantisation.py": ["robustness@*", *RESULTS],
    "stages/noise/hessian.py": ["landscape@*", *RESULTS],
    "stages/noise/claims.py": ["noise", "report"],
    "stages/noise/figures.py": ["stages/noise/dvc.yaml:figures", "report"],
    "lottery.training.epochs": LOTTERY,
    "lottery.network": LOTTERY,
    "lottery.rewind_step": LOTTERY,
    "lottery.fraction": [*ROUNDS, *AT_ONCE, "treatment@*", *LOTTERY_READ],
    "lottery.common_round": [*AT_ONCE, "treatment@*", *LOTTERY_READ],
    "lottery.finetuned.lr": ["finetuned@*", *LOTTERY_READ],
    "lottery.gradient_images": ["saliency@*", *LOTTERY_READ],
    "lottery.adversarial.attack.epsilon": ["stages/lottery/dvc.yaml:adversarial", *LOTTERY_READ],
    "lottery.continuous.beta": ["continuous", *LOTTERY_READ],
    "lottery.criteria": LOTTERY_READ,                        # and stages that are new
    "lottery.rounds": LOTTERY_READ,
    "models/lottery/global/2/mask-1.safetensors": [
        "global@3", "reinit@2", "random@2", "reinit@3", "random@3", "treatment@*", *LOTTERY_READ,
    ],
    "stages/lottery/masks.py": LOTTERY,
    "stages/lottery/criteria.py": [*AT_ONCE, *LOTTERY_READ],
    "stages/lottery/controls.py": ["reinit@*", "random@*", *LOTTERY_READ],
    "stages/lottery/continuous.py": ["continuous", *LOTTERY_READ],
    "stages/lottery/claims.py": ["lottery", "report"],
    "stages/lottery/figures.py": ["stages/lottery/dvc.yaml:figures", "report"],
    "stages/report/page.css": ["report"],
    "stages/report/page.html.jinja": ["report"],
    "stages/pipeline/deps.py": [],
    "stages/noise/README.md": [],
    "docs/index.md": [],
    "profiles/smoke.yaml": [],
}


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
