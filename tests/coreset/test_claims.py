"""Claims from measurements made by hand: every one points the right way and rests on networks that learnt."""

import numpy as np
import pytest
import xarray as xr

from stages.coreset import claims as tested
from stages.coreset.params import CRITERIA, HALF, LEAST
from stages.coreset.results import RANKINGS, wrong_kept

SEEDS, N, TRAINED = 3, 60, 40
RIGHT = {
    "all": 98.0, "proxy": 90.0, ("random", HALF): 95.0, ("entropy", HALF): 97.5, ("forgetting", HALF): 97.0,
    ("target_entropy", HALF): 98.0, ("random", LEAST): 92.0, ("entropy", LEAST): 90.0,
    ("same_steps", "random"): 95.5, ("same_steps", "entropy"): 97.5, "same_work": 96.5,
}


def made(changed, rho, wrong_first):
    """Percent right, correlations with the proxy and between targets, and which wrong labels are kept: those
    of `wrong_first` criteria first, those of others last.
    """
    rng = np.random.default_rng(0)
    ripple = xr.DataArray(rng.normal(0, 0.1, (SEEDS, N)), {"seed": [1, 2, 3]}, ["seed", "image"])

    def noise():
        return xr.DataArray(rng.normal(0, 0.05, (SEEDS, N)), dims=["seed", "image"])

    right = {name: value + ripple + noise() for name, value in (RIGHT | changed).items()}
    jitter = xr.DataArray(rng.normal(0, 0.01, (len(RANKINGS), SEEDS)),
                          {"network": list(RANKINGS), "seed": [1, 2, 3]}, ["network", "seed"])
    correlation = {"proxy": rho[0] + jitter, "target": rho[1] - jitter}
    orders = np.stack([np.arange(TRAINED) if name in wrong_first else np.arange(TRAINED)[::-1]
                       for name in CRITERIA]).astype(float)
    orders = np.stack([np.roll(orders, seed, 1) for seed in range(SEEDS)], 1)
    noisy = xr.Dataset(
        {"order": (["criterion", "seed", "place"], orders),
         "wrong": (["seed", "trained"], np.tile(np.arange(TRAINED) < 20, (SEEDS, 1)).astype(float))},
        {"criterion": list(CRITERIA), "seed": [1, 2, 3]},
    )
    return right, correlation, wrong_kept(noisy)


def claims(changed=(), rho=(0.7, 0.75), wrong_first=("entropy", "forgetting")):
    return {claim.id: claim for claim in tested.claims(*made(dict(changed), rho, wrong_first))}


def verdicts(found, verdict):
    return {name for name, claim in found.items() if claim.verdict == verdict}


def test_all_can_be_supported():
    found = claims()
    assert verdicts(found, "supported") == set(found)
    assert {name for name, claim in found.items() if claim.source == "Coleman et al. 2020"} == {
        "entropy_beats_random", "half_suffices", "forgetting_beats_random", "proxy_chooses_as_well"}
    assert found["few_hard_images_are_worse"].source == "Zheng et al. 2023"
    assert next(iter(found)) == "entropy_beats_random"


@pytest.mark.parametrize(("changed", "expected"), [
    ({("entropy", HALF): 94.0}, {
        "entropy_beats_random": -1, "half_suffices": 1 - 4, "proxy_chooses_as_well": 1 - 4,
        "selection_beats_fewer_epochs": -2.5}),
    ({("forgetting", HALF): 94.0}, {"forgetting_beats_random": -1}),
    ({"all": 99.0}, {"half_suffices": 1 - 1.5}),
    ({("target_entropy", HALF): 99.0}, {"proxy_chooses_as_well": 1 - 1.5}),
    ({("same_steps", "random"): 98.0}, {"entropy_beats_random_by_steps": -0.5}),
    ({("entropy", LEAST): 93.0}, {"few_hard_images_are_worse": -1}),
    ({"same_work": 98.0}, {"selection_beats_fewer_epochs": -0.5}),
])
def test_each_is_contradicted_by_its_own_numbers(changed, expected):
    found = claims(changed)
    assert verdicts(found, "contradicted") == set(expected)
    for name, effect in expected.items():
        assert found[name].effect == pytest.approx(effect, abs=0.05)


def test_rankings_may_differ_by_a_tenth():
    assert claims()["proxy_ranks_alike"].effect == pytest.approx(0.05, abs=0.02)
    found = claims(rho=(0.5, 0.75))
    assert found["proxy_ranks_alike"].effect == pytest.approx(-0.15, abs=0.02)
    assert verdicts(found, "contradicted") == {"proxy_ranks_alike"}


@pytest.mark.parametrize(("first", "other"), [("entropy", "forgetting"), ("forgetting", "entropy")])
def test_wrong_labels_are_compared_with_a_random_half(first, other):
    found = claims(wrong_first=[first])
    assert found[f"{first}_picks_wrong_labels"].effect == pytest.approx(45, abs=1)
    assert verdicts(found, "contradicted") == {f"{other}_picks_wrong_labels"}


@pytest.mark.parametrize("name", ["all", "proxy"])
def test_nothing_is_tested_if_a_network_on_all_images_has_not_learnt(name):
    found = claims({name: 12.0})
    assert verdicts(found, "not tested") == set(found)
    assert verdicts(claims({("entropy", LEAST): 11.0}), "not tested") == set()     # that is an answer


def test_seeds_are_those_that_both_have():
    right, correlation, noisy = made({}, (0.7, 0.75), [])
    for name in ("all", ("random", HALF), ("entropy", HALF)):
        more = xr.concat([right[name], right[name] + 0.01], "seed")
        right[name] = more.assign_coords(seed=range(1, 7))
    bases = {claim.id: claim.basis for claim in tested.claims(right, correlation, noisy)}
    assert bases["entropy_beats_random"] == "6 seeds × 60 images"
    assert bases["forgetting_beats_random"] == "3 seeds × 60 images"
    assert bases["forgetting_picks_wrong_labels"] == "3 seeds × 20 images"
