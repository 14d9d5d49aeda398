"""All stages on tiny data in the order of the pipeline: which masks and weights each training begins with and
by which loss; twice the same bytes; what stops them is one line.
"""

import inspect
import math
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from stages.core import attacks, charts, compute, plots
from stages.core.data import Role, load_role, save_role
from stages.core.errors import UserError
from stages.core.files import load, read_json
from stages.core.measurements import recorded
from stages.core.params import load_yaml, read
from stages.core.scores import correct, logits
from stages.lottery import (
    adversarial,
    continuous,
    controls,
    dense,
    one_shot,
    page,
    recipe,
    results,
    saliency,
    tickets,
    treatments,
)
from stages.lottery.masks import convolutions, remaining
from stages.lottery.params import Lottery
from stages.lottery.recipe import kept, network, trained
from tests.conftest import ROOT, change, complaint, some_images, written

SMALL = {
    "network": {"kind": "resnet", "depth": 8, "width": 4}, "rounds": {"1": 0, "2": 1}, "common_round": 2,
    "fraction": 0.8, "rewind_step": 2, "gradient_images": 20, "adversarial.images": 20,
    "training.epochs": 1, "training.batch_size": 20, "training.warmup_steps": 1, "adversarial.epochs": 1,
    "criteria": ["large_final", "magnitude_increase", "snip", "taylor"],
    "scopes": ["global", "layerwise"], "treatments": ["reinit", "reinit_signed", "frozen"],
}
VGG = {"network": {"kind": "vgg", "depth": 16, "width": 2}}
KINDS = {"resnet": ({}, [1, 2], "abcdefghij"), "vgg": (VGG, [2], "abcde")}   # seeds, names of the classes


@pytest.fixture
def small(project):
    """The project with small networks and two seeds."""
    change(SMALL, "lottery")
    change({"seeds": [1, 2]})


def train_all():
    dense.run()
    for number, before in (1, 0), (2, 1):
        tickets.run(number, before)
    controls.run("reinit", 2)
    controls.run("random", 2)
    for criterion in SMALL["criteria"]:
        one_shot.run(criterion)
    for treatment in SMALL["treatments"]:
        treatments.run(treatment)
    adversarial.run()
    continuous.run()


def noting(trainings):
    """`trained`, which notes under its title what it is given, and the weights before and after."""

    def noted(*args, **more):
        call = inspect.signature(trained).bind(*args, **more)
        call.apply_defaults()
        before = {name: value.clone() for name, value in call.arguments["net"].state_dict().items()}
        history = trained(*args, **more)
        after = {name: value.clone() for name, value in call.arguments["net"].state_dict().items()}
        trainings[call.arguments["title"]] = SimpleNamespace(**call.arguments, before=before, after=after)
        return history

    return noted


@pytest.fixture(scope="module", params=KINDS)
def all_ran(request, tmp_path_factory, stages_run):
    """The folder where all stages ran; their trainings by title, attacks on test images, figures by name."""
    folder, (values, seeds, classes) = tmp_path_factory.mktemp(request.param), KINDS[request.param]
    found = SimpleNamespace(folder=folder, seeds=seeds, trainings={}, attacks=[], figures={})

    def attacked(net, split, **attack):
        found.attacks.append(attack)
        return attacks.attacked(net, split, **attack)

    def save_figure(path, fig):
        found.figures[Path(path).stem] = fig
        plots.save_figure(path, fig)

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("DVC_STAGE", raising=False)
        patch.setattr(compute, "_precision", torch.float32)
        patch.setattr(adversarial, "attacked", attacked)
        patch.setattr(charts, "save_figure", save_figure)
        for stage in adversarial, continuous, dense, recipe:
            patch.setattr(stage, "trained", noting(found.trainings))
        shutil.copy(ROOT / "params.yaml", folder)
        change(SMALL | values, "lottery")
        change({"seeds": seeds})
        train, test = (some_images(n, classes=len(classes), seed=seed) for seed, n in enumerate((60, 40)))
        save_role("objects", Role(train, test, list(classes), "random images"))
        train_all()
        page.run()
    return found


@pytest.fixture
def ran(all_ran, monkeypatch):
    """The same, and its folder is the working directory."""
    monkeypatch.chdir(all_ran.folder)
    return all_ran


def test_everything(ran):
    assert found("dense").left == 100
    assert found("rounds/1/global").left == pytest.approx(20, abs=0.1)
    assert found("rounds/2/global").left == found("controls/random/2").left == pytest.approx(4, abs=0.1)
    assert found("rounds/2/global").right.dims == ("image",)
    assert found("adversarial/ticket").robust.sizes == {"image": 20}
    one, two = masks("rounds/1/global"), masks("rounds/2/global")
    assert all(not (two[name] & ~one[name]).any() for name in one)
    assert all(not weights("rounds/2/global")[name][~mask].any() for name, mask in two.items())
    total = read_json("metrics/lottery.json")
    assert total["claims"]["ticket_beats_reinit"]["verdict"] == "not tested"             # with two seeds
    assert total["numbers"]["weights_left"] == pytest.approx(4, abs=0.1)
    shown = read_json("data/lottery/page.json")
    assert len(shown["tables"]) == 5
    assert shown["answer"].startswith("Not tested here (")
    assert all(Path(figure["path"]).stat().st_size > 1000 for figure in shown["figures"])
    figured = {name for figure in shown["figures"] for name in figure["claims"]}
    assert {"robust_ticket_beats_reinit", "continuous_beats_magnitude"} == total["claims"].keys() - figured
    assert [table["rows"][0][0] for table in shown["tables"]] == [
        "dense", "large final", "the ticket itself", "dense", "ticket by continuous sparsification",
    ]


@pytest.mark.parametrize("all_ran", ["resnet"], indirect=True)
def test_a_seed_alone_and_a_second_time_writes_the_same_bytes(all_ran, small):
    change({"seeds": [2]})
    train_all()
    again, first = written(Path()), written(all_ran.folder)
    assert len(again) > 60
    assert {path: first[path] for path in again} == again


def weights(name):
    return load(f"models/lottery/{name}/2.safetensors")[0]


def masks(name):
    return load(f"models/lottery/{name}/masks/2.safetensors")[0]


def found(name):
    return recorded(f"data/lottery/{name}/2.safetensors")


def right_by(net):
    """Which test images a network has right."""
    test = load_role("objects").test
    return correct(logits(net.eval(), test.images), test.labels).numpy()


def drawn(n):
    """The n-th network that the seed gives, its weights."""
    compute.start(2)
    role = load_role("objects")
    return [network(role) for _ in range(n)][-1].state_dict()


def masks_of(training):
    """The masks in which a training begins: no weight is 0 by chance."""
    return {name: training.before[name] != 0 for name in convolutions(training.net)}


def in_masks(state, masks):
    """Weights, those outside the masks 0."""
    return state | {name: state[name] * mask for name, mask in masks.items()}


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def highest(masks, scores, scope):
    """Whether no weight outside the masks has a higher score than one inside, among all or in its layer."""
    for pool in [masks] if scope == "global" else [{name: mask} for name, mask in masks.items()]:
        inside = torch.cat([scores[name][mask] for name, mask in pool.items()])
        outside = torch.cat([scores[name][~mask] for name, mask in pool.items()])
        if outside.max() > inside.min():
            return False
    return True


def magnitudes(state, names):
    return {name: state[name].abs() for name in names}


def test_the_dense_network_is_kept_as_it_begins_is_rewound_to_and_ends(ran):
    one = ran.trainings["dense, seed 2"]
    assert same(one.before, drawn(1))
    assert same(one.before, weights("initial"))
    assert same(one.extra["point"], weights("rewind"))
    assert same(one.after, weights("rounds/0/global"))
    assert not torch.equal(weights("rewind")["linear.weight"], weights("initial")["linear.weight"])


@pytest.mark.parametrize("scope", ["global", "layerwise"])
@pytest.mark.parametrize("number", [1, 2])
def test_a_round_prunes_what_was_trained_and_goes_back_to_the_rewind_point(ran, scope, number):
    name = f"rounds/{number}/{scope}"
    one, left = ran.trainings[f"{name}, seed 2"], masks(name)
    assert highest(left, magnitudes(weights(f"rounds/{number - 1}/{scope}"), left), scope)
    assert same(one.before, in_masks(weights("rewind"), left))
    assert (one.first, one.given.recipe.lr) == (2, load_yaml("params.yaml")["lottery"]["training"]["lr"])
    assert same(one.after, weights(name))
    assert np.array_equal(found(name).right, right_by(one.net))


@pytest.mark.parametrize("number", [1, 2])
def test_fine_tuning_prunes_what_was_trained_and_goes_on_from_it(ran, number):
    name = f"rounds/{number}/finetuned"
    one, left = ran.trainings[f"{name}, seed 2"], masks(name)
    before = weights(f"rounds/{number - 1}/finetuned")
    assert highest(left, magnitudes(before, left), "global")
    assert same(one.before, in_masks(before, left))
    assert (one.first, one.given.recipe.lr) == (0, load_yaml("params.yaml")["lottery"]["finetuned"]["lr"])


def test_controls_have_the_tickets_mask_or_its_weights(ran):
    reinit, random = (ran.trainings[f"controls/{name}/2, seed 2"] for name in ("reinit", "random"))
    left, other = masks("rounds/2/global"), masks_of(random)
    assert same(reinit.before, in_masks(drawn(2), left))
    assert not same(other, left)
    assert {name: mask.sum() for name, mask in other.items()} == {n: mask.sum() for n, mask in left.items()}
    assert same(random.before, in_masks(weights("rewind"), other))
    assert (reinit.first, random.first) == (0, 2)


def assert_pruned_at_once(ran, criterion, scores):
    """Both tickets of a criterion are the highest scores, and go back to the rewind point."""
    for scope in "global", "layerwise":
        one = ran.trainings[f"criteria/{criterion}/{scope}, seed 2"]
        left = masks_of(one)
        assert highest(left, scores, scope)
        assert same(one.before, in_masks(weights("rewind"), left))
        assert one.first == 2


CRITERIA = {
    "large_final": lambda w_i, w_f: w_f.abs(),
    "magnitude_increase": lambda w_i, w_f: w_f.abs() - w_i.abs(),
}


@pytest.mark.parametrize("criterion", CRITERIA)
def test_criteria_ask_the_weights_before_and_after_training(ran, criterion):
    w_i, w_f = weights("initial"), weights("rounds/0/global")
    scores = {name: CRITERIA[criterion](w_i[name], w_f[name]) for name in masks("rounds/0/global")}
    assert_pruned_at_once(ran, criterion, scores)


@pytest.mark.parametrize(("criterion", "when"), [("snip", "initial"), ("taylor", "rounds/0/global")])
def test_snip_asks_the_gradient_before_training_and_taylor_after_it(ran, criterion, when):
    compute.start(2)
    net = kept(when, 2)
    found = saliency.gradients(net, load_role("objects").train.part(0, 20))
    scores = {name: (weight.detach() * found[name]).abs() for name, weight in convolutions(net).items()}
    assert_pruned_at_once(ran, criterion, scores)


def test_treatments_change_convolutions_in_the_tickets_mask(ran):
    reinit, signed, frozen = (ran.trainings[f"treatments/{name}, seed 2"] for name in SMALL["treatments"])
    left, w, fresh = masks("rounds/2/global"), weights("rewind"), drawn(3)   # the second is the control's
    begun = weights("initial")
    assert same(reinit.before, in_masks(begun | {name: fresh[name] for name in left}, left))
    with_signs = {name: fresh[name].abs() * w[name].sign() for name in left}
    assert same(signed.before, in_masks(begun | with_signs, left))
    assert same(frozen.before, w)
    assert all(torch.equal(frozen.after[name][~mask], w[name][~mask]) for name, mask in left.items())
    assert (reinit.first, signed.first, frozen.first) == (0, 0, 2)   # new weights are trained for all steps


def test_adversarial_tickets_are_trained_under_the_attack_of_training_and_tested_under_the_other(ran):
    settings = load_yaml("params.yaml")["lottery"]["adversarial"]
    trainings = [ran.trainings[f"adversarial, {name}, seed 2"] for name in ("dense", "ticket", "reinit")]
    for one in trainings:
        assert one.loss.func is attacks.adversarial
        assert one.loss.keywords == {"random_start": True} | settings["attack"]
    assert ran.attacks == [settings["evaluation"]] * 3 * len(ran.seeds)
    whole, ticket, reinit = trainings
    left = masks_of(ticket)
    assert same(whole.before, weights("initial"))
    assert highest(left, magnitudes(whole.after, left), "global")
    assert same(ticket.before, in_masks(whole.extra["point"], left))
    assert same(reinit.before, in_masks(drawn(2), left))
    assert [one.first for one in trainings] == [0, 2, 0]


def test_a_continuous_ticket_has_the_hard_mask_and_its_control_as_many_weights(ran):
    soft = ran.trainings["soft masks, seed 2"].after
    ticket, control = (ran.trainings[f"continuous/{name}, seed 2"] for name in ("ticket", "magnitude"))
    left, largest = masks_of(ticket), masks_of(control)
    keys = {name: name.replace(".weight", ".parametrizations.weight.0.s") for name in left}
    assert same(left, {name: soft[key] > 0 for name, key in keys.items()})
    assert highest(largest, magnitudes(weights("rounds/0/global"), largest), "global")
    assert remaining(largest) == remaining(left) > 0
    for one in ticket, control:
        assert same(one.before, in_masks(weights("rewind"), masks_of(one)))
        assert one.first == 2


@pytest.mark.parametrize("name", ["sparsity", "criteria", "treatments"])
def test_chance_is_that_of_the_classes(ran, name):
    for axes in ran.figures[name].axes:
        (line,) = (line for line in axes.lines if line.get_linestyle() == ":")
        assert list(line.get_xdata()) == [100 / len(load_role("objects").classes)] * 2


def test_many_rounds_are_a_line(ran, monkeypatch):
    drawn = []
    monkeypatch.setattr(page, "FEW", 2)
    monkeypatch.setattr(charts, "save_figure", lambda path, fig: drawn.append((path, fig)))
    lottery, names = read("lottery", Lottery), results.networks(read("lottery", Lottery))
    values = results.results(names, ran.seeds)
    page.sparsity(lottery, values, (10, "chance"))
    ((path, fig),) = drawn
    assert path == "plots/lottery/figures/sparsity.svg"
    lines = {line.get_label(): line for line in fig.axes[0].lines}
    for method, name in results.methods(lottery, 2).items():
        line = lines[results.METHODS[method]]
        assert list(line.get_xdata()) == [0, 1, 2]
        right = values.right.sel(network=["dense", name]).mean(["seed", "image"])
        assert line.get_ydata()[[0, 2]] == pytest.approx(right.to_numpy())
    assert math.isnan(lines[results.METHODS["reinit"]].get_ydata()[1])       # round 1 has no controls


def test_round_0_is_the_dense_network_for_every_chain(small):
    dense.run()
    nets = [Path(f"models/lottery/rounds/0/{chain}/2.safetensors").read_bytes() for chain in dense.CHAINS]
    assert len(set(nets)) == 1
    assert all(mask.all() for mask in masks("rounds/0/global").values())


def test_rewinding_to_step_0_is_initialisation(small):
    change({"lottery.rewind_step": 0})
    dense.run()
    files = [Path(f"models/lottery/{name}/1.safetensors").read_bytes() for name in ("initial", "rewind")]
    assert files[0] == files[1]


@pytest.mark.parametrize(
    ("stage", "line"),
    [
        (lambda: tickets.run(1, 0), r"models/lottery/rounds/0/global/1.safetensors does not exist"),
        (lambda: controls.run("random", 1), r"models/lottery/rewind/1.safetensors does not exist"),
        (lambda: controls.run("reinit", 1), r"lottery/rounds/1/global/masks/1.safetensors does not exist"),
        (lambda: one_shot.run("large_final"), r"models/lottery/initial/1.safetensors does not exist"),
        (lambda: page.run(), r"data/lottery/dense/1.safetensors does not exist: run"),
        (lambda: one_shot.run("large_finale"), r"no criterion `large_finale`.*did you mean `large_final`"),
        (lambda: treatments.run("freeze"), r"there is no treatment `freeze`.*did you mean `frozen`"),
    ],
)
def test_what_is_missing_or_unknown(small, stage, line):
    with pytest.raises(UserError, match=line) as error:
        stage()
    assert "\n" not in str(error.value)


def test_rewinding_past_the_end_stops_before_anything_is_written(small):
    change({"lottery.rewind_step": 3})
    for stage in dense.run, adversarial.run, lambda: tickets.run(1, 0):
        with pytest.raises(UserError, match=r"`lottery.rewind_step` is 3, but training ends after 3 steps"):
            stage()
    assert not Path("models").exists()


@pytest.mark.parametrize(
    "stage",
    [lambda: one_shot.run("random"), lambda: treatments.run("frozen")],
)
def test_a_common_round_past_the_last_stops_before_anything_is_read(small, stage):
    change({"lottery.common_round": 3})
    with pytest.raises(UserError, match=r"`lottery.rounds` has no `3`: there are 1, 2"):
        stage()


def test_too_few_images_for_a_gradient(small):
    change({"lottery.gradient_images": 61})
    with pytest.raises(UserError, match=r"`lottery.gradient_images` is 61, but there are 60 images"):
        one_shot.run("snip")


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("fraction", 1.0, "`lottery.fraction` is 1.0, but should be less than 1"),
        ("fraction", 0.0, "`lottery.fraction` is 0.0, but should be greater than 0"),
        ("rewind_step", -1, "`lottery.rewind_step` is -1, but should be greater than or equal to 0"),
        ("criteria", ["large_final", "biggest"], "`lottery.criteria.1` is 'biggest', but should be 'large"),
        ("criteria", [], "a list that is not empty, nothing in it twice"),
        ("rounds", {1: 0}, 'each round in quotes and the round before it, from 1 on: {"1": 0}'),
        ("rounds", {"1": 0, "3": 1}, 'each round in quotes and the round before it, from 1 on'),
        ("common_round", 9, "a `common_round` of at most 2, the last of `rounds`"),
        ("controlled", [1, 3], "a list `controlled` of at most 2, the last of `rounds`"),
        ("controlled", [2, 1], "a list that is not empty, each number larger than the one before"),
        ("scopes", ["globally"], "`lottery.scopes.0` is 'globally', but should be 'global' or 'layerwise'"),
        ("adversarial.attack.epsilon", -0.1, "`lottery.adversarial.attack.epsilon` is -0.1, but should be"),
        ("continuous.beta", 1.0, "`lottery.continuous.beta` is 1.0, but should be greater than 1"),
    ],
)
def test_bad_parameters(key, value, line):
    said = complaint("lottery", Lottery, {key: value})
    assert line in said
    assert "\n" not in said
