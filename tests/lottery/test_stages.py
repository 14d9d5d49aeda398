"""All stages on tiny data in the order of the pipeline: which masks and weights each training begins with and
by which loss; twice the same bytes; what stops them is one line.
"""

import inspect
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from stages.core import attacks, compute, plots
from stages.core.data import Role, load_role, save_role
from stages.core.errors import UserError
from stages.core.files import load, read_json
from stages.core.params import checked, load_yaml
from stages.lottery import (
    adversarial,
    claims,
    continuous,
    controls,
    dense,
    figures,
    finetuned,
    one_shot,
    saliency,
    tickets,
    treatments,
)
from stages.lottery.masks import convolutions, remaining
from stages.lottery.params import SECTIONS
from stages.lottery.recipe import kept, network, trained
from tests.conftest import ROOT, change, some_images, written

SMALL = {
    "network": {"kind": "resnet", "depth": 8, "width": 4}, "rounds": {"1": 0, "2": 1}, "common_round": 2,
    "fraction": 0.8, "rewind_step": 2, "gradient_images": 20, "adversarial.images": 20,
    "training.epochs": 1, "training.batch_size": 20, "training.warmup_steps": 1,
    "criteria": ["large_final", "small_final", "movement", "magnitude_increase"],
    "saliencies": ["snip", "taylor"], "treatments": ["reinit", "reinit_signed", "frozen"],
}
VGG = {"network": {"kind": "vgg", "depth": 16, "width": 2}}
KINDS = {"resnet": ({}, "abcdefghij"), "vgg": (VGG, "abcde")}                # and the names of the classes


@pytest.fixture
def small(project):
    """The project with small networks and two seeds."""
    change(SMALL, "lottery")
    change({"seeds": [1, 2]})


def run_all():
    dense.run()
    for number, before in (1, 0), (2, 1):
        tickets.run("global", number, before)
        tickets.run("layerwise", number, before)
        finetuned.run(number, before)
        controls.run("reinit", number)
        controls.run("random", number)
    for criterion in SMALL["criteria"]:
        one_shot.run(criterion)
    for criterion in SMALL["saliencies"]:
        saliency.run(criterion)
    for treatment in SMALL["treatments"]:
        treatments.run(treatment)
    adversarial.run()
    continuous.run()
    figures.run()
    claims.run()


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
def all_ran(request, tmp_path_factory):
    """The folder where all stages ran; their trainings by title, attacks on test images, figures by name."""
    folder, (values, classes) = tmp_path_factory.mktemp(request.param), KINDS[request.param]
    found = SimpleNamespace(folder=folder, trainings={}, attacks=[], figures={})

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
        patch.setattr(figures, "save_figure", save_figure)
        for stage in adversarial, continuous, controls, dense, finetuned, one_shot, tickets, treatments:
            patch.setattr(stage, "trained", noting(found.trainings))
        shutil.copy(ROOT / "params.yaml", folder)
        change(SMALL | values, "lottery")
        change({"seeds": [1, 2]})
        train, test = (some_images(n, classes=len(classes), seed=seed) for seed, n in enumerate((60, 40)))
        save_role("objects", Role(train, test, list(classes), "random images"))
        run_all()
    return found


@pytest.fixture
def ran(all_ran, monkeypatch):
    """The same, and its folder is the working directory."""
    monkeypatch.chdir(all_ran.folder)
    return all_ran


def test_everything(ran):
    total = read_json("metrics/lottery/global/1.json")
    assert total["global_weights_left"] == pytest.approx(0.2, abs=1e-3)
    assert read_json("metrics/lottery/global/2.json")["global_weights_left"] == pytest.approx(0.04, abs=1e-3)
    right, facts = load("data/lottery/right/reinit/2.safetensors")
    assert right["reinit"].shape == (2, 1, 40)               # seeds, epochs, images
    assert facts["left"]["reinit"] == load("data/lottery/right/global/2.safetensors")[1]["left"]["global"]
    one, two = masks("global/1"), masks("global/2")
    assert all(not (two[name] & ~one[name]).any() for name in one)
    assert all(not weights("global/2")[name][~mask].any() for name, mask in two.items())
    exact, _ = load("data/lottery/right/continuous.safetensors")
    assert set(exact) == {"soft", "ticket", "magnitude"}
    assert "verdict" in read_json("metrics/lottery.json")["ticket_beats_reinit"]
    page = read_json("data/lottery/page.json")
    assert len(page["tables"]) == 4
    assert page["answer"].startswith(f"{sum(c['verdict'] == 'supported' for c in page['claims'])} of ")
    assert all(Path(figure["path"]).stat().st_size > 1000 for figure in page["figures"])


@pytest.mark.parametrize("all_ran", ["resnet"], indirect=True)
def test_the_same_stages_twice_write_the_same_bytes(all_ran, small):
    run_all()
    first = written(all_ran.folder)
    assert len(first) > 60
    assert written(Path()) == first


def weights(name):
    return load(f"models/lottery/{name}/seed-2.safetensors")[0]


def masks(name):
    return load(f"models/lottery/{name}/mask-2.safetensors")[0]


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
    assert same(one.after, weights("global/0"))
    assert not torch.equal(weights("rewind")["linear.weight"], weights("initial")["linear.weight"])


@pytest.mark.parametrize("scope", ["global", "layerwise"])
@pytest.mark.parametrize("number", [1, 2])
def test_a_round_prunes_what_was_trained_and_goes_back_to_the_rewind_point(ran, scope, number):
    one, left = ran.trainings[f"ticket, {scope}, round {number}, seed 2"], masks(f"{scope}/{number}")
    assert highest(left, magnitudes(weights(f"{scope}/{number - 1}"), left), scope)
    assert same(one.before, in_masks(weights("rewind"), left))
    assert one.first == 2
    assert same(one.after, weights(f"{scope}/{number}"))


@pytest.mark.parametrize("number", [1, 2])
def test_fine_tuning_prunes_what_was_trained_and_goes_on_from_it(ran, number):
    one, left = ran.trainings[f"fine-tuned, round {number}, seed 2"], masks(f"finetuned/{number}")
    before = weights(f"finetuned/{number - 1}")
    assert highest(left, magnitudes(before, left), "global")
    assert same(one.before, in_masks(before, left))
    assert (one.first, one.recipe.lr) == (0, load_yaml("params.yaml")["lottery"]["finetuned"]["lr"])


@pytest.mark.parametrize("number", [1, 2])
def test_controls_have_the_tickets_mask_or_its_weights(ran, number):
    reinit, random = (ran.trainings[f"{name}, round {number}, seed 2"] for name in ("reinit", "random"))
    left, other = masks(f"global/{number}"), masks_of(random)
    assert same(reinit.before, in_masks(drawn(2), left))
    assert not same(other, left)
    assert {name: mask.sum() for name, mask in other.items()} == {n: mask.sum() for n, mask in left.items()}
    assert same(random.before, in_masks(weights("rewind"), other))
    assert (reinit.first, random.first) == (0, 2)


def assert_pruned_at_once(ran, criterion, scores):
    """Both tickets of a criterion are the highest scores, and go back to the rewind point."""
    for scope in "global", "layerwise":
        one = ran.trainings[f"{criterion}, {scope}, seed 2"]
        left = masks_of(one)
        assert highest(left, scores, scope)
        assert same(one.before, in_masks(weights("rewind"), left))
        assert one.first == 2


CRITERIA = {
    "large_final": lambda w_i, w_f: w_f.abs(),
    "small_final": lambda w_i, w_f: -w_f.abs(),
    "movement": lambda w_i, w_f: (w_f - w_i).abs(),
    "magnitude_increase": lambda w_i, w_f: w_f.abs() - w_i.abs(),
}


@pytest.mark.parametrize("criterion", CRITERIA)
def test_criteria_ask_the_weights_before_and_after_training(ran, criterion):
    w_i, w_f = weights("initial"), weights("global/0")
    scores = {name: CRITERIA[criterion](w_i[name], w_f[name]) for name in masks("global/0")}
    assert_pruned_at_once(ran, criterion, scores)


@pytest.mark.parametrize(("criterion", "when"), [("snip", "initial"), ("taylor", "global/0")])
def test_snip_asks_the_gradient_before_training_and_taylor_after_it(ran, criterion, when):
    compute.start(2)
    net = kept(when, 2)
    found = saliency.gradients(net, load_role("objects").train.part(0, 20))
    scores = {name: (weight.detach() * found[name]).abs() for name, weight in convolutions(net).items()}
    assert_pruned_at_once(ran, criterion, scores)


def test_treatments_change_convolutions_in_the_tickets_mask(ran):
    reinit, signed, frozen = (ran.trainings[f"{name}, seed 2"] for name in SMALL["treatments"])
    left, w, fresh = masks("global/2"), weights("rewind"), drawn(3)          # the second is the control's
    assert same(reinit.before, in_masks(w | {name: fresh[name] for name in left}, left))
    with_signs = {name: fresh[name].abs() * w[name].sign() for name in left}
    assert same(signed.before, in_masks(w | with_signs, left))
    assert same(frozen.before, w)
    assert all(torch.equal(frozen.after[name][~mask], w[name][~mask]) for name, mask in left.items())
    assert {reinit.first, signed.first, frozen.first} == {2}


def test_adversarial_tickets_are_trained_under_the_attack_of_training_and_tested_under_the_other(ran):
    settings = load_yaml("params.yaml")["lottery"]["adversarial"]
    trainings = [ran.trainings[f"adversarial, {name}, seed 2"] for name in ("dense", "ticket", "reinit")]
    for one in trainings:
        assert one.loss.func is attacks.adversarial
        assert one.loss.keywords == {"random_start": True} | settings["attack"]
    assert ran.attacks == [settings["evaluation"]] * 6
    whole, ticket, reinit = trainings
    left = masks_of(ticket)
    assert same(whole.before, weights("initial"))
    assert highest(left, magnitudes(whole.after, left), "global")
    assert same(ticket.before, in_masks(whole.extra["point"], left))
    assert same(reinit.before, in_masks(drawn(2), left))
    assert [one.first for one in trainings] == [0, 2, 0]


def test_a_continuous_ticket_has_the_hard_mask_and_its_control_as_many_weights(ran):
    soft = ran.trainings["soft masks, seed 2"].after
    ticket, control = (ran.trainings[f"continuous, {name}, seed 2"] for name in ("ticket", "magnitude"))
    left, largest = masks_of(ticket), masks_of(control)
    keys = {name: name.replace(".weight", ".parametrizations.weight.0.s") for name in left}
    assert same(left, {name: soft[key] > 0 for name, key in keys.items()})
    assert highest(largest, magnitudes(weights("global/0"), largest), "global")
    assert remaining(largest) == remaining(left) > 0
    for one in ticket, control:
        assert same(one.before, in_masks(weights("rewind"), masks_of(one)))
        assert one.first == 2


@pytest.mark.parametrize("name", ["sparsity", "training"])
def test_chance_is_that_of_the_classes(ran, name):
    for axes in ran.figures[name].axes:
        (line,) = (line for line in axes.lines if line.get_linestyle() == ":")
        assert list(line.get_ydata()) == [100 / len(load_role("objects").classes)] * 2


def test_round_0_is_the_dense_network_for_every_chain(small):
    dense.run()
    seeds = [Path(f"models/lottery/{chain}/0/seed-2.safetensors").read_bytes() for chain in dense.CHAINS]
    assert len(set(seeds)) == 1
    assert all(mask.all() for mask in load("models/lottery/global/0/mask-1.safetensors")[0].values())


def test_rewinding_to_step_0_is_initialisation(small):
    change({"lottery.rewind_step": 0})
    dense.run()
    files = [Path(f"models/lottery/{name}/seed-1.safetensors").read_bytes() for name in ("initial", "rewind")]
    assert files[0] == files[1]


@pytest.mark.parametrize(
    ("stage", "line"),
    [
        (lambda: tickets.run("global", 1, 0), r"models/lottery/global/0/seed-1.safetensors does not exist"),
        (lambda: finetuned.run(1, 0), r"models/lottery/finetuned/0/seed-1.safetensors does not exist"),
        (lambda: controls.run("random", 1), r"models/lottery/rewind/seed-1.safetensors does not exist"),
        (lambda: controls.run("reinit", 1), r"models/lottery/global/1/mask-1.safetensors does not exist"),
        (lambda: one_shot.run("large_final"), r"models/lottery/initial/seed-1.safetensors does not exist"),
        (lambda: claims.run(), r"data/lottery/right/dense.safetensors does not exist: run"),
        (lambda: one_shot.run("large_finale"), r"no criterion `large_finale`.*did you mean `large_final`"),
        (lambda: saliency.run("snips"), r"there is no criterion `snips`: there are snip, taylor"),
        (lambda: treatments.run("freeze"), r"there is no treatment `freeze`.*did you mean `frozen`"),
    ],
)
def test_what_is_missing_or_unknown(small, stage, line):
    with pytest.raises(UserError, match=line) as error:
        stage()
    assert "\n" not in str(error.value)


def test_rewinding_past_the_end_stops_before_anything_is_written(small):
    change({"lottery.rewind_step": 3})
    with pytest.raises(UserError, match=r"`lottery.rewind_step` is 3, but training ends after 3 steps"):
        dense.run()
    assert not Path("models").exists()


@pytest.mark.parametrize(
    "stage",
    [lambda: one_shot.run("random"), lambda: saliency.run("snip"), lambda: treatments.run("frozen")],
)
def test_a_common_round_past_the_last_stops_before_anything_is_read(small, stage):
    change({"lottery.common_round": 3})
    with pytest.raises(UserError, match=r"`lottery.rounds` has no `3`: there are 1, 2"):
        stage()


def test_too_few_images_for_a_gradient(small):
    dense.run()
    change({"lottery.gradient_images": 61})
    with pytest.raises(UserError, match=r"`lottery.gradient_images` is 61, but there are 60 images"):
        saliency.run("snip")


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
        ("adversarial.attack.epsilon", -0.1, "`lottery.adversarial.attack.epsilon` is -0.1, but should be"),
        ("continuous.beta", 1.0, "`lottery.continuous.beta` is 1.0, but should be greater than 1"),
    ],
)
def test_bad_parameters(root, key, value, line):
    values = load_yaml(root / "params.yaml")["lottery"]
    *above, last = key.split(".")
    at = values
    for name in above:
        at = at[name]
    at[last] = value
    with pytest.raises(UserError) as error:
        checked("lottery", values, SECTIONS["lottery"])
    assert line in str(error.value)
    assert "\n" not in str(error.value)
