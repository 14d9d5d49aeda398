"""Claims from measurements made by hand: every one points the right way and rests on the right networks."""

import numpy as np
import pytest
import xarray as xr

from stages.regularization import claims as tested
from stages.regularization.results import NETWORKS, chosen, gain

SEEDS, N = 3, 40


def of(values, default, networks=NETWORKS, scale=0.1, **axes):
    """A measure of all networks, which differs a little from seed to seed and image to image: those that are
    not in `values` have the `default`; a pair of numbers is for the first and the second half of the images.
    """
    rows = []
    for name in networks:
        first, second = np.broadcast_to(values.get(name, default), 2)
        rows.append(np.repeat([first, second], N // 2))
    array = xr.DataArray(rows, dims=["network", "image"], coords={"network": list(networks)})
    ripple = np.random.default_rng(0).normal(0, scale, [len(networks), SEEDS, N])
    array = array + xr.DataArray(ripple, dims=["network", "seed", "image"]).assign_coords(seed=[1, 2, 3])
    for axis, places in axes.items():
        array = array.expand_dims({axis: places})
    return array


def claims(right=(), longer=(), nats=(), brier=(), corrupted=(), fgsm=(), pgd=()):
    clean = xr.Dataset({
        "right": of(dict(right), 70.0), "repaired_nats": of({}, 0.5, scale=0.01),
        "nats": of({}, 0.5, scale=0.01) + of(dict(nats), 0.2, scale=0.01),
        "brier": of(dict(brier), 0.4, scale=0.01),
    })
    disturbed = xr.Dataset({
        "corrupted": of(dict(corrupted), 50.0, corruption=["fog", "snow"], severity=[1, 3]),
        "fgsm": xr.concat([
            of({"all": 90.0}, 40.0, epsilon=[2.0]), of(dict(fgsm), 20.0, epsilon=[8.0]),
        ], "epsilon"),
        "pgd": of(dict(pgd), 20.0),
    })
    runs = of(dict(longer), 75.0, ["best", "plain"])
    return {claim.id: claim for claim in tested.claims(clean, disturbed, runs, 8.0)}


def verdicts(found, verdict):
    return {name for name, claim in found.items() if claim.verdict == verdict}


def test_equal_networks_differ_in_nothing_and_none_defends():
    found = claims()
    defended = [found.pop("none_defends_against_fgsm"), found.pop("none_defends_against_pgd")]
    assert all(one.verdict == "supported" and one.effect == pytest.approx(10, abs=0.1) for one in defended)
    assert all(one.effect == pytest.approx(0, abs=0.5) for one in found.values())


@pytest.mark.parametrize("method", ["cutout", "mixup", "rotation"])
def test_each_method_has_its_claim(method):
    better, worse = claims({method: 80.0}), claims({method: 60.0})
    name = f"{method}_raises_accuracy"
    assert better[name].effect == pytest.approx(10, abs=0.1)
    assert better[name].verdict == "supported"
    assert worse[name].verdict == "contradicted"
    others = {f"{other}_raises_accuracy" for other in ("cutout", "mixup", "rotation")} - {name}
    assert all(abs(better[other].effect) < 0.1 for other in others)
    assert better["combining_beats_the_best_single"].verdict == "contradicted"


def test_who_is_best_is_chosen_on_one_half_and_compared_on_the_other():
    right = {"mixup": (90.0, 60.0), "cutout": (60.0, 90.0), "all": (80.0, 75.0), "cutout_mixup": (70.0, 99.0)}
    found = claims(right)["combining_beats_the_best_single"]
    assert chosen(of(right, 50.0)) == ("mixup", "all")
    assert "(all three)" in found.sentence
    assert "(mixup)" in found.sentence
    assert found.effect == pytest.approx(75 - 60, abs=0.1)
    assert found.basis == "3 seeds × 20 images"


def test_longer_runs_are_compared_on_the_other_half():
    found = claims(longer={"best": (60.0, 80.0)})["longer_combination_beats_longer_plain"]
    assert (found.verdict, found.effect) == ("supported", pytest.approx(5, abs=0.1))
    assert claims(longer={"plain": 90.0})["longer_combination_beats_longer_plain"].verdict == "contradicted"


def test_calibration_is_what_a_temperature_gains_and_the_less_the_better():
    better, worse = claims(nats={"mixup": 0.1}), claims(nats={"mixup": 0.3})
    assert better["mixup_improves_calibration"].effect == pytest.approx(10, abs=0.5)
    assert better["mixup_improves_calibration"].verdict == "supported"
    assert worse["mixup_improves_calibration"].verdict == "contradicted"


def test_a_lower_brier_score_is_better():
    found = claims(brier={"mixup": 0.3})["mixup_improves_probabilities"]
    assert (found.verdict, found.effect) == ("supported", pytest.approx(10, abs=0.2))
    assert claims(brier={"plain": 0.3})["mixup_improves_probabilities"].verdict == "contradicted"


def test_rotation_under_corruption():
    name = "rotation_raises_accuracy_under_corruption"
    found = claims(corrupted={"rotation": 60.0})[name]
    assert (found.verdict, found.effect) == ("supported", pytest.approx(10, abs=0.1))
    assert claims(corrupted={"plain": 60.0})[name].verdict == "contradicted"


def test_a_defence_gains_ten_points_and_the_strongest_is_chosen_on_one_half():
    found = claims(fgsm={"all": (50.0, 25.0), "cutout": (25.0, 60.0)})["none_defends_against_fgsm"]
    assert (found.verdict, found.effect) == ("supported", pytest.approx(10 - 5, abs=0.1))
    assert "(all three)" in found.sentence
    assert verdicts(claims(fgsm={"all": 50.0}), "contradicted") == {"none_defends_against_fgsm"}
    assert verdicts(claims(pgd={"mixup": 50.0}), "contradicted") == {"none_defends_against_pgd"}
    assert claims(pgd={"plain": 0.0})["none_defends_against_pgd"].effect == pytest.approx(-10, abs=0.1)


def test_a_gain_is_over_the_plain_network_of_the_same_seed_and_image():
    right = of({"plain": 60.0, "all": 75.0}, 70.0)
    found = gain(right)
    assert list(found.network.values) == list(NETWORKS)[1:]
    by_hand = right.sel(network="all", seed=2).values[7] - right.sel(network="plain", seed=2).values[7]
    assert float(found.sel(network="all", seed=2)[7]) == pytest.approx(by_hand)


@pytest.mark.parametrize(
    ("network", "rests"),
    [("cutout", {"cutout_raises_accuracy"}),
     ("rotation", {"rotation_raises_accuracy", "rotation_raises_accuracy_under_corruption"}),
     ("mixup", {"mixup_raises_accuracy", "mixup_improves_calibration", "mixup_improves_probabilities"})],
)
def test_no_claim_rests_on_a_network_that_did_not_learn(network, rests):
    strongest = {"all": 25.0}
    assert verdicts(claims({network: 11.0}, fgsm=strongest, pgd=strongest), "not tested") == rests
    longer = claims(longer={"best": 11.0})
    assert verdicts(longer, "not tested") == {"longer_combination_beats_longer_plain"}
