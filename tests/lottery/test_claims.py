"""Claims from results made by hand: every one points the right way."""

import numpy as np
import pytest

from stages.lottery.claims import (
    claims_of_chains,
    claims_of_criteria,
    claims_of_treatments,
    claims_of_variants,
)
from stages.lottery.results import Found, moderate


def share(value, n=100):
    """Percent right of n images, of which this share is right: (1, n)."""
    return 100 * (np.arange(n) < value * n).astype(float)[None]


def by_id(claims):
    return {claim.id: claim for claim in claims}


def chains(**last):
    """Two rounds of every method; 0.5 right, but as said in the last."""
    methods = "global", "layerwise", "finetuned", "reinit", "random"
    return {method: [share(0.5), share(last.get(method, 0.5))] for method in methods}


def test_a_better_ticket_supports_what_it_should():
    found = by_id(claims_of_chains(share(0.5), chains(**{"global": 0.8}), 1))
    assert {claim.verdict for claim in found.values()} == {"supported"}
    assert found["ticket_matches_dense"].effect == pytest.approx(31)         # 30 points and the margin of 1
    assert found["ticket_beats_reinit"].effect == pytest.approx(30)


def test_a_better_control_contradicts_its_claim_only():
    found = by_id(claims_of_chains(share(0.5), chains(reinit=0.8), 0))
    assert found["ticket_beats_reinit"].verdict == "contradicted"
    assert found.pop("ticket_matches_dense").verdict == "supported"          # equal, with a margin
    assert sum(claim.verdict == "inconclusive" for claim in found.values()) == 3


def test_the_moderate_round_is_that_of_the_matching_claim():
    found = by_id(claims_of_chains(share(0.6), chains(**{"global": 0.9}), 0))
    assert found["ticket_matches_dense"].effect == pytest.approx(-9)


def both(value):
    return {"global": share(value), "layerwise": share(value)}


def test_criteria_are_compared_with_the_best_other():
    values = {"large_final": 0.8, "magnitude_increase": 0.6, "movement": 0.5, "small_final": 0.1, "snip": 0.9}
    found = by_id(claims_of_criteria({name: both(value) for name, value in values.items()}))
    assert found["criteria_lead"].effect == pytest.approx(20)                # SNIP is not in the paper
    assert found["large_beats_small"].effect == pytest.approx(70)


def test_leading_is_claimed_where_a_rival_is_no_control():
    values = {"large_final": both(0.8), "magnitude_increase": both(0.6)}
    controls = {"small_final": both(0.1), "random": both(0.5)}
    assert by_id(claims_of_criteria(values | controls)).keys() == {"large_beats_small"}
    found = by_id(claims_of_criteria(values | controls | {"movement": both(0.4)}))
    assert found["criteria_lead"].effect == pytest.approx(20)                # random is the best other


def test_criteria_that_were_left_out_make_no_claim():
    assert claims_of_criteria({"large_final": both(0.8), "snip": both(0.9)}) == []


def test_signs_by_hand():
    treatments = {"reinit": share(0.4), "reinit_signed": share(0.7), "frozen": share(0.9)}
    found = by_id(claims_of_treatments(share(0.8), treatments))
    assert found["rewinding_helps"].effect == pytest.approx(40)
    assert found["signs_recover_most"].effect == pytest.approx(10)           # 30 of 40, half would be 20
    assert found["zero_beats_frozen"].effect == pytest.approx(-10)
    assert claims_of_treatments(share(0.8), {"reinit": share(0.4)}) == []


@pytest.mark.parametrize("ticket", [0.3, 0.4])
def test_signs_recover_nothing_where_rewinding_does_not_help(ticket):
    treatments = {"reinit": share(0.4), "reinit_signed": share(0.7)}
    found = by_id(claims_of_treatments(share(ticket), treatments))
    assert found.keys() == {"rewinding_helps"}


def test_variants():
    adversarial = Found({"ticket_robust": share(0.6), "reinit_robust": share(0.3)}, {}, 1)
    continuous = Found({"ticket": share(0.2)[:, None], "magnitude": share(0.3)[:, None]}, {}, 1)
    found = by_id(claims_of_variants(adversarial, continuous))
    assert found["robust_ticket_beats_reinit"].effect == pytest.approx(30)
    assert found["continuous_beats_magnitude"].effect == pytest.approx(-10)


@pytest.mark.parametrize(("left", "index"), [([80, 64, 51, 41], 3), ([40, 16], 0), ([80, 64], 1)])
def test_moderate_sparsity_is_half_or_less(left, index):
    assert moderate([Found({}, {"global": value}, 100) for value in left]) == index
