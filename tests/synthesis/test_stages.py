"""All stages as DVC runs them, on small data, who paints and who judges, and what stops them: one line."""

from types import SimpleNamespace

import pytest
import torch

from stages.core.attacks import losses
from stages.core.data import load_role, unit
from stages.core.errors import UserError
from stages.core.files import load
from stages.core.measurements import recorded
from stages.core.nets import load_net, resnet, save_net
from stages.core.params import read
from stages.core.recipe import weights_path
from stages.synthesis.generation import quality
from stages.synthesis.pairs import narrowed
from stages.synthesis.params import Synthesis
from stages.synthesis.recipe import PAINTERS, evenly, judge_of, painters, peer_of
from tests.conftest import call, change, published, refused, written

TASKS = ["generation", "inpainting", "super_resolution", "translation", "sketch", "painting"]
CHAIN = ["two_class", "generation gaussian", "generation other", *TASKS[1:]]


@pytest.fixture
def small(project):
    """A project of small networks that know nothing: seeds 1 and 2 take every image for class 1 and 2."""
    change({"seeds": [1, 2], "training.width": 4, "training.epochs": 1, "training.batch_size": 30})
    change({f"{task}.{name}": value for task in TASKS
            for name, value in {"per_class": 2, "iterations": 2}.items()}, "synthesis")
    change({"two_class.epochs": 1, "two_class.batch_size": 6, "generation.neighbours": 1,
            "pairs.first": ["a", "h"], "pairs.second": ["b", "c"], "pairs.third": ["e", "f"]}, "synthesis")
    role = load_role("objects")
    for seed in (1, 2):
        for i, path in enumerate(("robust", "resnet8/sgd", "judge/objects")):
            net = resnet(role, 8, 4)
            net.linear.bias.data[seed + 3 * i] += 100
            save_net(weights_path(path, seed), net)
    return project


def measured(task, seed=1):
    return recorded(f"data/synthesis/measured/{task}/{seed}.safetensors")


def test_all_stages_twice(small, small_stage, project):
    change({"seeds": [1]})
    call("baseline.train 8")                                 # the page says how it was trained
    for command in [*CHAIN, "page"]:
        call(f"synthesis.{command}")
    first = written(project)
    for command in ["generation other", "inpainting", "painting"]:
        call(f"synthesis.{command}")
    done = small_stage("translation")
    assert (done.returncode, done.stderr) == (0, "")
    assert written(project) == first                         # the same stage twice is the same bytes
    assert published(project, "synthesis") == ([13, 5, 11], set())
    one = measured("generation/gaussian")
    assert dict(one.sizes) == {"network": 4, "painter": 2, "judged": 3, "image": 20}
    assert one.network.values.tolist() == ["start", *PAINTERS, "real"]
    assert dict(measured("translation/third").sizes) == {"network": 3, "painter": 2, "image": 4}
    shown, _ = load("data/synthesis/pictures/sketch/1.safetensors")
    assert shown["robust"].shape == (10, 2, 3, 32, 32)
    assert shown["robust"].dtype == torch.uint8


def test_who_paints_and_who_judges(small):
    """Of seed 1 the robust network says 1, the standard one 4, the judge 7; the next robust one says 2."""
    says = {name: net.linear.bias.argmax().item() for name, net in painters(1).items()}
    assert list(says.items()) == [("robust", 1), ("standard", 4)]
    assert list(says) == PAINTERS
    for command in ("generation gaussian", "sketch", "painting"):
        call(f"synthesis.{command}")
    one, y = measured("generation/gaussian"), torch.arange(10).repeat_interleave(2)
    assert one.named.values.tolist() == [(y == 7).double().tolist()] * 4
    assert one.robust_named.values.tolist() == [(y == 2).double().tolist()] * 4
    assert one.own.sel(painter="robust").values.tolist() == (y == 1).tolist()
    assert one.own.sel(painter="standard").values.tolist() == (y == 4).tolist()
    assert one.right.values == pytest.approx([0.1] * 3)
    assert measured("sketch").named.sel(network="start").values.tolist() == (y == 7).tolist()
    assert measured("painting").named.sel(network="start").values.tolist() == ((y + 1) % 10 == 7).tolist()
    assert load_net(weights_path("robust", 1)).state_dict()["linear.bias"].equal(
        peer_of(2, 3).state_dict()["linear.bias"])


def test_translation_goes_to_the_other_class(small):
    """The judge says 7, which is the wanted class of the first images of the first pair, a and h, alone."""
    change({"seeds": [1]})
    for command in ("two_class", "translation"):
        call(f"synthesis.{command}")
    one = measured("translation/first")
    assert one.named.values.tolist() == [[1, 1, 0, 0]] * 3
    assert one.distance.values.tolist() == [[0, 0, 11, 11]] * 2
    for name in PAINTERS:
        net = load_net(weights_path(f"synthesis/first/{name}", 1))
        shown = load("data/synthesis/pictures/translation/first/1.safetensors")[0]
        x, made = (unit(shown[which].flatten(0, 1)) for which in ("start", name))
        towards = [losses(net, at, torch.tensor([1, 1, 0, 0])) for at in (x, made)]
        assert (towards[1] < towards[0]).all()


def test_the_same_images_are_at_no_distance(small):
    train, judge = load_role("objects").train, judge_of(1)
    same, y = evenly(train, 6, "")
    settings = SimpleNamespace(per_class=6, neighbours=1)
    found = {name: torch.as_tensor(values) for name, (_, values) in quality(
        judge, judge, {"same": same, "other": 1 - same}, y, train, settings).items()}
    assert found["frechet"][0] == pytest.approx(0, abs=1e-6)
    assert found["frechet"][1] > 1e-3
    assert (found["precision"][0], found["recall"][0]) == (1, 1)
    assert found["nearest"][0].max() < 1e-2
    assert found["nearest"][1].min() > 0.3


def test_what_is_measured_of_pictures(small):
    call("synthesis.inpainting")
    call("synthesis.super_resolution")
    one, truth = measured("inpainting"), evenly(load_role("objects").test, 2, "")[0]
    shown = {name: unit(images.flatten(0, 1)) for name, images in
             load("data/synthesis/pictures/inpainting/1.safetensors")[0].items()}
    torch.testing.assert_close(shown["real"], truth, atol=0.003, rtol=0)
    inside = (shown["start"] != shown["real"]).any(1, keepdim=True)          # random images: all of the box
    error = ((shown["robust"] - truth).square() * inside).sum((1, 2, 3)) / (3 * 100)
    assert one.psnr.sel(network="robust").values == pytest.approx((-10 * error.log10()).tolist(), abs=0.1)
    assert one.psnr.sel(network="real").values.tolist() == [100] * 20
    less, more = (measured(f"super_resolution/{factor}").psnr.sel(network="bicubic") for factor in (2, 4))
    assert (more < less).all()


def test_without_attacks_both_networks_of_a_pair_are_the_same(small):
    change({"two_class.epsilon": 0.0}, "synthesis")
    call("synthesis.two_class")
    robust, standard = (load(weights_path(f"synthesis/second/{name}", 2))[0] for name in PAINTERS)
    assert all(torch.equal(robust[name], standard[name]) for name in robust)


def test_a_pair_has_its_own_labels(project):
    role = load_role("objects")
    two = narrowed(role, ["d", "b"], "pair")
    assert two.classes == ["d", "b"]
    assert torch.equal(two.train.images[two.train.labels == 0], role.train.images[role.train.labels == 3])
    assert torch.equal(two.test.images[two.test.labels == 1], role.test.images[role.test.labels == 1])
    assert len(two.train) == 12


@pytest.mark.parametrize(("values", "line"), [
    ({"pairs.first": ["a", "a"]}, "nothing in it twice"),
    ({"pairs.first": ["a"]}, "`synthesis.pairs.first` is ['a'], but should"),
    ({"painting.box": 0}, "`synthesis.painting.box` is 0, but should be greater than or equal to 1"),
    ({"sketch.iterations": 0}, "`synthesis.sketch.iterations` is 0, but should be greater than or equal"),
    ({"super_resolution.factors": [1]}, "should be greater than or equal to 2"),
    ({"seeds": 2}, "`synthesis.seeds` is 2, but should be greater than or equal to 3"),
])
def test_bad_parameters(project, values, line):
    change(values, "synthesis")
    with pytest.raises(UserError) as error:
        read("synthesis", Synthesis)
    assert line in str(error.value)


@pytest.mark.parametrize(("command", "values", "line"), [
    ("two_class", {"pairs.first": ["a", "zebra"]}, "`synthesis.pairs.first` has 'zebra', but the classes of "
     "`objects` are a, b, c, d, e, f, g, h, i, j"),
    ("two_class", {"two_class.batch_size": 13}, "12 training images do not fill a batch of 13"),
    ("generation gaussian", {"generation.per_class": 5},
     "`synthesis.generation.per_class` needs 5 of each class, but one has 4 images: change it, or raise"),
    ("inpainting", {"inpainting.box": 32}, "`synthesis.inpainting.box` is 32, but images are 32 x 32 pixels"),
    ("super_resolution", {"super_resolution.factors": [2, 5]}, "`synthesis.super_resolution.factors` has 5, "
     "which does not divide the 32 x 32 pixels of an image"),
])
def test_bad_input(small, command, values, line):
    change(values, "synthesis")
    with pytest.raises(UserError) as error:
        call(f"synthesis.{command}")
    assert line in str(error.value)


def test_a_kind_of_seeds_that_there_is_not_is_one_line(small, small_stage):
    done = small_stage("generation noise")
    assert (done.returncode, done.stdout) == (1, "")
    assert "is 'noise', but should be 'gaussian' or 'other'" in done.stderr
    assert done.stderr.count("\n") == 1


def test_missing_weights(project, small_stage):
    weights = weights_path("judge/objects", 1)
    (project / weights).unlink()
    refused(small_stage("sketch"), f"{weights} does not exist: run the stage")
