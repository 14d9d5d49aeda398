"""All stages on tiny data in the order of the pipeline, twice the same bytes; what stops them is one line."""

import shutil
from pathlib import Path

import pytest

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
from stages.lottery.params import SECTIONS
from stages.pipeline.documents import load_document, save_document
from tests.conftest import written

SMALL = {
    "network": {"kind": "resnet", "depth": 8, "width": 4}, "rounds": {"1": 0, "2": 1}, "common_round": 2,
    "fraction": 0.8,
    "rewind_step": 1, "criteria": ["large_final", "small_final", "movement", "magnitude_increase"],
    "saliencies": ["snip", "taylor"], "treatments": ["reinit", "reinit_signed", "frozen"],
    "gradient_images": 20,
}


@pytest.fixture
def small(project):
    """The project with small networks and two seeds; small(name=value) changes section `lottery`."""

    def change(**values):
        document = load_document("params.yaml")
        document["lottery"] |= values
        document["lottery"]["training"] |= {"epochs": 1, "batch_size": 20, "warmup_steps": 1}
        document["lottery"]["adversarial"]["images"] = 20
        document["seeds"] = [1, 2]
        save_document("params.yaml", document)

    change(**SMALL)
    return change


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


@pytest.mark.parametrize("kind", ["resnet", "vgg"])
def test_everything(small, kind):
    if kind == "vgg":
        small(network={"kind": "vgg", "depth": 16, "width": 2})
    run_all()
    total = read_json("metrics/lottery/global/1.json")
    assert total["global_weights_left"] == pytest.approx(0.2, abs=1e-3)
    assert read_json("metrics/lottery/global/2.json")["global_weights_left"] == pytest.approx(0.04, abs=1e-3)
    right, facts = load("data/lottery/right/reinit/2.safetensors")
    assert right["reinit"].shape == (2, 1, 40)               # seeds, epochs, images
    assert facts["left"]["reinit"] == load("data/lottery/right/global/2.safetensors")[1]["left"]["global"]
    one, _ = load("models/lottery/global/1/mask-1.safetensors")
    two, _ = load("models/lottery/global/2/mask-1.safetensors")
    assert all(not (two[name] & ~one[name]).any() for name in one)
    net, _ = load("models/lottery/global/2/seed-1.safetensors")
    assert all(not net[name][~mask].any() for name, mask in two.items())
    exact, _ = load("data/lottery/right/continuous.safetensors")
    assert set(exact) == {"soft", "ticket", "magnitude"}
    assert "verdict" in read_json("metrics/lottery.json")["ticket_beats_reinit"]
    page = read_json("data/lottery/page.json")
    assert len(page["tables"]) == 4
    assert page["answer"].startswith(f"{sum(c['verdict'] == 'supported' for c in page['claims'])} of ")
    assert all(Path(figure["path"]).stat().st_size > 1000 for figure in page["figures"])


def test_the_same_stage_twice_writes_the_same_bytes(small):
    run_all()
    first = written(Path())
    assert len(first) > 60
    for folder in "models/lottery", "data/lottery", "plots/lottery", "metrics/lottery":
        shutil.rmtree(folder)
    run_all()
    assert written(Path()) == first


def test_round_0_is_the_dense_network_for_every_chain(small):
    dense.run()
    seeds = [Path(f"models/lottery/{chain}/0/seed-2.safetensors").read_bytes() for chain in dense.CHAINS]
    assert len(set(seeds)) == 1
    assert all(mask.all() for mask in load("models/lottery/global/0/mask-1.safetensors")[0].values())


def test_rewinding_to_step_0_is_initialisation(small):
    small(rewind_step=0)
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
    small(rewind_step=3)
    with pytest.raises(UserError, match=r"`lottery.rewind_step` is 3, but training ends after 3 steps"):
        dense.run()
    assert not Path("models").exists()


def test_too_few_images_for_a_gradient(small):
    dense.run()
    small(gradient_images=61)
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
