"""Claims from measurements made by hand: every one points the right way."""

import numpy as np
import pytest
import xarray as xr

from stages.core.claims import OURS
from stages.selfsup import claims as tested
from stages.selfsup.params import ARMS, PER_CENT
from stages.selfsup.results import NAMES, best_block, gains

SEEDS, N = 3, 60
LINEAR = {"random": (60, 70, 65, 60), "simclr": (60, 75, 85, 90), "rotnet": (60, 80, 75, 65),
          "pirl_rotation": (60, 70, 80, 86), "pirl_jigsaw": (60, 70, 80, 84), "supervised": (60, 80, 90, 95)}
MOVED = {"random": 50, "simclr": 30, "rotnet": 80, "pirl_rotation": 10, "pirl_jigsaw": 20, "supervised": 40}
GRID = {16: (60, 80), 128: (75, 85)}
TUNED = {"random": (30, 60, 90), "simclr": (60, 80, 92)}
ARM = {"objects": 80, "scenes": 78, "uniform": 75, "long_tailed": 74, "multi_crop": 85, "stronger": 84,
       "neighbours": 83}


def noisy(values, axes, **places):
    """Values, each for SEEDS and N images, with a little noise."""
    values = np.asarray(values, dtype=float)
    noise = np.random.default_rng(0).normal(0, 0.1, (*values.shape, SEEDS, N))
    return xr.DataArray(values[..., None, None] + noise, places | {"seed": range(SEEDS)},
                        [*axes, "seed", "image"])


def made(linear=(), moved=(), cells=(), tuned=(), arm=()):
    """The claims by id, from values of which some are other than above."""
    linear, moved, cells, tuned, arm = (
        usual | dict(other) for usual, other in
        ((LINEAR, linear), (MOVED, moved), (GRID, cells), (TUNED, tuned), (ARM, arm)))
    names, blocks = list(NAMES), [1, 2, 3, 4]
    found = xr.Dataset({
        "linear": noisy([linear[name] for name in names], ["network", "block"], network=names, block=blocks),
        "rotation": noisy([[moved[name]] * 4 for name in names], ["network", "block"], network=names,
                          block=blocks),
    })
    return {one.id: one for one in tested.claims(
        found, best_block(found.linear), noisy([arm[name] for name in ARMS], ["network"], network=list(ARMS)),
        noisy(list(cells.values()), ["size", "epochs"], size=list(cells), epochs=[1, 4]),
        noisy(list(tuned.values()), ["network", "percent"], network=list(tuned), percent=list(PER_CENT)),
    )}


def verdicts(found, verdict):
    return {name for name, one in found.items() if one.verdict == verdict}


EFFECTS = {
    "simclr_beats_random": 20, "simclr_beats_rotnet": 10, "rotnet_middle_beats_last": 15,
    "pirl_beats_rotnet": 6,
    "pirl_is_more_invariant": 70, "simclr_helps_with_few_labels": 30, "simclr_helps_most_with_few_labels": 28,
    "batches_matter_less_with_epochs": 10, "images_matter_less_than_invariances": 4 - 1.5,
    "multi_crop_helps": 5, "stronger_helps": 4, "neighbours_help": 3,
}


def test_all_can_be_supported():
    found = made()
    assert verdicts(found, "supported") == set(found)
    assert {name: one.effect for name, one in found.items()} == pytest.approx(EFFECTS, abs=0.3)
    assert {name for name, one in found.items() if one.source == OURS} == {"simclr_beats_rotnet"}


@pytest.mark.parametrize(("values", "contradicted"), [
    ({"linear": {"random": (60, 92, 65, 60)}}, {"simclr_beats_random"}),     # its best block counts
    ({"linear": {"simclr": (60, 75, 75, 60)}}, {"simclr_beats_rotnet"}),
    ({"linear": {"rotnet": (60, 60, 75, 70)}}, {"rotnet_middle_beats_last"}),
    ({"linear": {"pirl_rotation": (60, 70, 70, 70)}}, {"pirl_beats_rotnet"}),
    ({"moved": {"pirl_rotation": 90}}, {"pirl_is_more_invariant"}),
    ({"tuned": {"simclr": (28, 80, 92)}},
     {"simclr_helps_with_few_labels", "simclr_helps_most_with_few_labels"}),
    ({"tuned": {"random": (30, 60, 20)}}, {"simclr_helps_most_with_few_labels"}),
    ({"cells": {128: (75, 98)}}, {"batches_matter_less_with_epochs"}),
    ({"arm": {"scenes": 70}}, {"images_matter_less_than_invariances"}),
    ({"arm": {"long_tailed": 66}}, {"images_matter_less_than_invariances"}),
    ({"arm": {"multi_crop": 70}}, {"images_matter_less_than_invariances", "multi_crop_helps"}),
    ({"arm": {"stronger": 79}}, {"stronger_helps"}),
    ({"arm": {"neighbours": 79}}, {"neighbours_help"}),
])
def test_each_can_be_contradicted(values, contradicted):
    assert verdicts(made(**values), "contradicted") == contradicted


def test_nothing_is_tested_that_rests_on_a_network_which_has_not_learnt():
    assert verdicts(made(arm={"objects": 12}), "not tested") == {
        "images_matter_less_than_invariances", "multi_crop_helps", "stronger_helps", "neighbours_help"}
    assert not verdicts(made(tuned={"random": (10, 10, 10)}), "not tested")  # that is an answer


def test_the_best_block_is_chosen_on_the_other_half():
    """A block that is good on one half only, and is chosen by it, is read where it is bad."""
    linear = noisy([[50, 50]], ["network", "block"], network=["simclr"], block=[1, 2])
    half = np.arange(N) < N // 2
    linear = linear + xr.DataArray(np.where([half, ~half], 10.0, -10.0), dims=["block", "image"])
    found = best_block(linear)
    assert found.dims == ("network", "seed", "image")
    assert float(found.mean()) == pytest.approx(40, abs=0.3)


def test_gains_are_over_what_an_arm_is_compared_with():
    found = gains(noisy([ARM[name] for name in ARMS], ["network"], network=list(ARMS)))
    assert {name: round(float(one.mean())) for name, one in found.items()} == {
        "scenes": -2, "long_tailed": -1, "multi_crop": 5, "stronger": 4, "neighbours": 3}
