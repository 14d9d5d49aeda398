"""Claims from planted effects: every one has the right sign, networks and images."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from stages.lottery import claims as tested
from stages.lottery.claims import claims_of_criteria, claims_of_treatments
from stages.lottery.results import ATTACKED, METHODS, methods, moderate, networks, renamed, share

LOTTERY = SimpleNamespace(
    rounds={"1": 0, "2": 1}, controlled=[2], common_round=2, scopes=["global", "layerwise"],
    criteria=["large_final", "small_final", "magnitude_increase", "movement"],
    treatments=["reinit", "reinit_signed", "frozen"],
)
SEEDS, IMAGES = 4, 400


def percent(shares):
    """Percent right of networks, name -> share of images that are right, others in every seed."""
    rng = np.random.default_rng(0)
    right = [[100.0 * (rng.random(IMAGES) < one) for _ in range(SEEDS)] for one in shares.values()]
    places = {"network": list(shares), "seed": range(SEEDS)}
    return xr.DataArray(np.array(right), places, ("network", "seed", "image"))


def verdicts(changes=(), attacked=()):
    """Verdicts of all claims by id: every network has half of the images right but those of `changes`."""
    shares = dict.fromkeys(networks(LOTTERY), 0.5) | dict(changes)
    percents = [40.0 if "rounds/1" in name else 10.0 for name in shares]
    left = xr.DataArray(percents, {"network": list(shares)}, "network")
    tried = xr.Dataset({"right": percent(dict.fromkeys(ATTACKED, 0.5)),
                        "robust": percent(dict.fromkeys(ATTACKED, 0.3) | dict(attacked))})
    claims = tested.claims(LOTTERY, xr.Dataset({"right": percent(shares), "left": left}), tried)
    return {claim.id: claim for claim in claims}


def decided(claims, verdict):
    return {claim.id for claim in claims.values() if claim.verdict == verdict}


BY_TICKET = {
    "ticket_beats_reinit", "ticket_beats_random_mask", "ticket_beats_finetuned", "global_beats_layerwise",
    "rewinding_helps", "zero_beats_frozen",
}


def test_a_better_ticket_supports_what_it_should():
    claims = verdicts({"rounds/2/global": 0.8})
    assert decided(claims, "supported") == BY_TICKET
    assert decided(claims, "contradicted") == set()
    assert claims["ticket_beats_reinit"].effect == pytest.approx(30, abs=3)
    assert claims["ticket_beats_reinit"].basis == "4 seeds × 400 images"


def test_a_worse_ticket_contradicts_the_same():
    assert decided(verdicts({"rounds/2/global": 0.25}), "contradicted") == BY_TICKET


@pytest.mark.parametrize(
    ("network", "share", "supported"),
    [
        ("rounds/1/global", 0.7, {"ticket_matches_dense"}),
        ("controls/reinit/2", 0.3, {"ticket_beats_reinit"}),
        ("controls/random/2", 0.3, {"ticket_beats_random_mask"}),
        ("rounds/2/finetuned", 0.3, {"ticket_beats_finetuned"}),
        ("rounds/2/layerwise", 0.3, {"global_beats_layerwise"}),
        ("criteria/small_final/global", 0.1, {"large_beats_small"}),
        ("treatments/reinit", 0.3, {"rewinding_helps", "signs_help"}),
        ("treatments/reinit_signed", 0.7, {"signs_help"}),
        ("treatments/frozen", 0.3, {"zero_beats_frozen"}),
        ("continuous/ticket", 0.7, {"continuous_beats_magnitude"}),
        ("continuous/magnitude", 0.3, {"continuous_beats_magnitude"}),
    ],
)
def test_each_network_is_in_its_claims_only(network, share, supported):
    claims = verdicts({network: share})
    assert decided(claims, "supported") == supported
    assert decided(claims, "contradicted") == set()


def test_attacked_networks_are_compared_under_attack():
    claims = verdicts(attacked={"adversarial/ticket": 0.6})
    assert decided(claims, "supported") == {"robust_ticket_beats_reinit"}


def test_the_matching_claim_has_a_margin_of_one_point():
    claims = verdicts()
    ticket, dense = (percent(dict.fromkeys(networks(LOTTERY), 0.5)).sel(network=name).mean()
                     for name in ("rounds/1/global", "dense"))
    assert claims["ticket_matches_dense"].effect == pytest.approx(float(ticket - dense) + 1)


def test_a_dense_network_that_has_not_learnt_leaves_nothing_to_test():
    claims = verdicts({"dense": 0.1, "rounds/2/global": 0.8})
    assert decided(claims, "not tested") == claims.keys() - {"robust_ticket_beats_reinit"}


def test_one_network_that_learns_nothing_is_an_outcome_but_not_two():
    assert "ticket_beats_reinit" in decided(verdicts({"controls/reinit/2": 0.1}), "supported")
    assert "ticket_beats_reinit" in decided(verdicts({"rounds/2/global": 0.1}), "contradicted")
    claims = verdicts({"controls/reinit/2": 0.1, "rounds/2/global": 0.12})
    assert claims["ticket_beats_reinit"].verdict == "not tested"


LEADING = {"large_final": 0.8, "magnitude_increase": 0.8, "movement": 0.5, "small_final": 0.2}


def by_criterion(shares):
    return {claim.id: claim for claim in claims_of_criteria(percent(shares), percent({"dense": 0.8}))}


def test_criteria_are_compared_with_the_best_other():
    claims = by_criterion(LEADING | {"snip": 0.95})          # which is not in the paper
    assert claims["criteria_lead"].effect == pytest.approx(30, abs=4)
    assert claims["large_beats_small"].effect == pytest.approx(60, abs=4)


def test_the_best_other_is_chosen_on_images_that_it_is_not_compared_on():
    right = percent(LEADING | {"large_init": 0.5})
    right.loc[{"network": "large_init"}] = 100.0 * (np.arange(IMAGES) < IMAGES // 2)     # the first half
    claims = {claim.id: claim for claim in claims_of_criteria(right, percent({"dense": 0.8}))}
    assert claims["criteria_lead"].basis == "4 seeds × 200 images"
    assert claims["criteria_lead"].effect == pytest.approx(80, abs=4)        # on the second


def test_leading_is_claimed_where_a_rival_is_no_control():
    assert by_criterion(LEADING).keys() == {"criteria_lead", "large_beats_small"}
    controls = {name: share for name, share in LEADING.items() if name != "movement"} | {"random": 0.5}
    assert by_criterion(controls).keys() == {"large_beats_small"}
    assert by_criterion({"large_final": 0.8, "snip": 0.9}) == {}


def test_treatments_without_their_pair_make_no_claim_of_rewinding():
    right = percent({"ticket": 0.8, "reinit": 0.4, "frozen": 0.5})
    claims = claims_of_treatments(right, percent({"dense": 0.8}))
    assert [claim.id for claim in claims] == ["zero_beats_frozen"]


@pytest.mark.parametrize(
    ("left", "number"), [([80, 64, 51, 41, 20], 4), ([40, 16], 1), ([80, 64], 2), ([90], 1)]
)
def test_moderate_sparsity_is_half_or_less(left, number):
    lottery = SimpleNamespace(rounds={str(n + 1): n for n in range(len(left))})
    names = [f"rounds/{n + 1}/global" for n in range(len(left))]
    shares = xr.DataArray([[one, one] for one in left], {"network": names}, ("network", "seed"))
    assert moderate(lottery, xr.Dataset({"left": shares})) == number


def test_networks_are_named_once_and_controls_where_there_are_some():
    names = networks(LOTTERY)
    assert len(names) == len(set(names)) == 1 + 6 + 2 + 8 + 3 + 2
    assert set(METHODS) - methods(LOTTERY, 1).keys() == {"reinit", "random"}
    assert methods(LOTTERY, 2).keys() == METHODS.keys()
    values = percent({"dense": 0.5, "rounds/1/global": 0.9})
    new = renamed(values, {"global": "rounds/1/global", "dense": "dense"})
    assert np.array_equal(new.sel(network="global"), values.sel(network="rounds/1/global"))


def test_the_share_of_a_round_is_that_of_its_global_ticket():
    left = xr.DataArray([[20.0, 22.0], [4.0, 4.0]], {"network": ["rounds/1/global", "rounds/1/layerwise"]},
                        ("network", "seed"))
    assert share(xr.Dataset({"left": left}), 1) == 21
