"""All stages as DVC runs them, on small data, and what stops them: one line, exit code 1, nothing written."""

import shutil

import pytest

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.files import load
from stages.core.measurements import recorded
from stages.core.nets import resnet, save_net
from tests.conftest import call, change, published, random_digits, refused, written

KINDS = "saturating", "non_saturating", "wgan", "penalty"
CHAIN = [
    *(f"objects {kind}" for kind in KINDS), "optimum", "rates", "acgan", "inversion", "conditional conditional",
    "conditional unconditional", *(f"garments {variant}" for variant in ("dense", "convolutional", "soft", "noisy")),
    *(f"real {role}" for role in ("objects", "digits", "garments")), "page",
]
SMALL = {
    "samples": 40, "objects.latent": 4, "objects.width": 2, "objects.batch_size": 10, "objects.epochs": 4,
    "objects.turns": 2, "objects.watched": 10, "rules.many.turns": 1, "rules.many.steps": 2,
    "optimum.steps": [1, 2], "rates.rates": [0.01, 0.1], "rates.hidden": 4, "rates.batch_size": 20,
    "rates.epochs": 1, "rates.judged": 10, "acgan.width": 0.02, "acgan.batch_size": 20, "acgan.epochs": 1,
    "acgan.pairs": 3, "inversion.pairs": 2, "inversion.steps": 2, "inversion.points": 3,
    "conditional.generator.z": 3, "conditional.generator.y": 3, "conditional.generator.joint": 4,
    "conditional.critic.x": 3, "conditional.critic.y": 2, "conditional.critic.joint": 2,
    "conditional.batch_size": 20, "conditional.epochs": 1, "conditional.validation": 20,
    "conditional.windows": 5, "garments.width": 0.02, "garments.batch_size": 20, "garments.epochs": 4,
    "garments.turns": 2,
    "garments.shown": 4,
}


@pytest.fixture
def small(project):
    """A project of small networks and one seed, with judges that have learnt nothing."""
    random_digits(80)
    shutil.copy("data/digits.safetensors", "data/garments.safetensors")
    change({"seeds": [1]})
    change(SMALL, "gan")
    start(1)
    for name in ("objects", "digits", "garments"):
        save_net(f"models/judge/{name}/1.safetensors", resnet(load_role(name), 8, 2))


def test_all_stages_twice(small_stage, project):
    for command in CHAIN:
        call(f"gan.{command}")
    first = written(project)
    assert published(project, "gan")[0] == [12, 7, 11]
    for command in ["objects penalty", "rates", "inversion", "garments soft", "page"]:
        call(f"gan.{command}")
    done = small_stage("acgan")
    assert (done.returncode, done.stderr) == (0, "")
    assert written(project) == first                         # the same stage twice is the same bytes
