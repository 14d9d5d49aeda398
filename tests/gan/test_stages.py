"""All stages as DVC runs them, on small data, and what stops them: one line, exit code 1, nothing written."""

import math
import shutil

import pytest

from stages.core.compute import start
from stages.core.data import load_role, unit
from stages.core.measurements import recorded
from stages.core.nets import resnet, save_net
from stages.core.quality import nearest
from stages.gan.parzen import parzen
from tests.conftest import call, change, published, random_digits, written

KINDS = "saturating", "non_saturating", "wgan", "penalty"
CHAIN = [
    *(f"objects {kind}" for kind in KINDS), "optimum", "rates", "acgan", "inversion",
    "conditional conditional", "conditional unconditional",
    *(f"garments {variant}" for variant in ("dense", "convolutional", "soft", "noisy")),
    *(f"real {role}" for role in ("objects", "digits", "garments")), "page",
]
SMALL = {
    "samples": 40, "objects.latent": 4, "objects.width": 2, "objects.batch_size": 10, "objects.epochs": 4,
    "objects.turns": 2, "objects.watched": 10, "rules.many.turns": 1, "rules.many.steps": 2,
    "optimum.steps": [1, 2], "rates.rates": [0.01, 0.1], "rates.hidden": 4, "rates.batch_size": 20,
    "rates.epochs": 1, "rates.judged": 10, "acgan.width": 0.02, "acgan.batch_size": 30, "acgan.epochs": 1,
    "acgan.pairs": 3, "inversion.pairs": 2, "inversion.steps": 2, "inversion.points": 3,
    "conditional.generator.z": 3, "conditional.generator.y": 3, "conditional.generator.joint": 4,
    "conditional.critic.x": 3, "conditional.critic.y": 2, "conditional.critic.joint": 2,
    "conditional.batch_size": 30, "conditional.epochs": 1, "conditional.validation": 20,
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
    what_estimates_say()
    what_data_have()
    for command in ["objects penalty", "rates"]:
        call(f"gan.{command}")
    done = small_stage("acgan")
    assert (done.returncode, done.stderr) == (0, "")
    assert written(project) == first                         # the same stage twice is the same bytes


def what_estimates_say():
    """By hand of the losses: log 4 less a discriminator's, the negative of a critic's."""
    for kind, of_none in zip(KINDS, (math.log(4), math.log(4), 0, 0), strict=True):
        found = recorded(f"data/training/gan/objects/{kind}/1.safetensors")
        assert found.estimate.values == pytest.approx(of_none - found.critic.values)


def what_data_have():
    """Test images in the place of samples, none of which is a training image; training images as samples."""
    role = load_role("digits")
    train, test = unit(role.train.images), unit(role.test.images)
    found = recorded("data/gan/real/digits/1.safetensors")
    assert found.nearest == pytest.approx(nearest(test, train).mean())
    for kind in ("conditional", "unconditional"):
        found = recorded(f"data/gan/conditional/{kind}/1.safetensors")
        ceiling, _ = parzen(train[:60], train[60:], test)
        assert found.ceiling.values == pytest.approx(ceiling.numpy())


@pytest.mark.parametrize(("command", "values", "line"), [
    ("objects wgan", {"objects.latent": 0}, "`gan.objects.latent` is 0, but should be greater than or equal"),
    ("objects wgan", {"rules.clip": 0.0}, "`gan.rules.clip` is 0.0, but should be greater than 0"),
    ("objects wgan", {"kinds.wgan.critic_steps": 0}, "`gan.kinds.wgan.critic_steps` is 0, but should be"),
    ("objects penalty", {"rules.penalty": -1.0}, "`gan.rules.penalty` is -1.0"),
    ("objects wgan", {"samples": 61}, "`gan.samples` is 61, but there are 60 images"),
    ("objects wgan", {"objects.batch_size": 61}, "60 training images do not fill a batch of 61"),
    ("objects wgan", {"seeds": 2}, "`gan.seeds` is 2, but should be greater than or equal to 3"),
    ("objects lsgan", {}, "has no `lsgan`: there are saturating, non_saturating, wgan, penalty"),
    ("optimum", {"optimum.steps": [2, 1]}, "a list that is not empty, each number larger"),
    ("acgan", {"acgan.dropout": 1.0}, "`gan.acgan.dropout` is 1.0, but should be less than 1"),
    ("inversion", {"inversion.pairs": 21}, "`gan.inversion.pairs` is 42, but there are 40 images"),
    ("inversion", {}, "models/gan/acgan/1.safetensors does not exist: run the stage"),
    ("conditional cond", {}, "there is no kind `cond`: there are conditional, unconditional"),
    ("conditional conditional", {"conditional.validation": 79}, "images do not fill a batch of 30"),
    ("conditional conditional", {"conditional.validation": 81}, "`gan.conditional.validation` is 81"),
    ("garments soft", {"variants.soft.made": 0.9}, "a variant whose target for real images is above 0.9"),
    ("objects wgan", {"objects.epochs": 3}, "`gan.objects.epochs` is 3, but should be greater than"),
    ("real object", {}, "data/object.safetensors does not exist"),
])
def test_bad_input(small_stage, values, command, line):
    change(values, "gan")
    done = small_stage(command)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert line in done.stderr
