"""Claims from measurements made by hand: every one points the right way and rests on the whole network."""

import numpy as np
import pytest
import xarray as xr

from stages.lowrank import claims as tested
from stages.lowrank.least import least_rank
from stages.lowrank.results import SIZES

SEEDS, N = 3, 60


def made(whole=95.0, truncated=(94.8, 60.0, 20.0), refined=(95.0, 94.0, 90.0), random=80.0, scratch=85.0):
    """Percent right: of the whole network, and of the narrow ones at each size, or at all."""
    rng = np.random.default_rng(0)
    ripple = xr.DataArray(rng.normal(0, 0.1, (SEEDS, N)), dims=["seed", "image"])

    def right(values):
        each = np.broadcast_to(np.asarray(values, dtype=float), len(SIZES))
        noise = rng.normal(0, 0.05, (len(SIZES), SEEDS, N))
        return ripple + xr.DataArray(each[:, None, None] + noise, {"size": list(SIZES)},
                                     ["size", "seed", "image"])

    found = {"truncated": truncated, "refined": refined, "random": random, "scratch": scratch}
    return {"whole": whole + ripple} | {name: right(values) for name, values in found.items()}


def claims(**values):
    return {claim.id: claim for claim in tested.claims(made(**values))}


def verdicts(found, verdict):
    return {name for name, claim in found.items() if claim.verdict == verdict}


def test_all_can_be_supported_and_all_are_our_own():
    found = claims()
    assert verdicts(found, "supported") == set(found)
    assert {claim.source for claim in found.values()} == {"our question"}


def test_most_is_more_than_half_of_what_was_lost_at_all_sizes_together():
    lost = (0.2 + 35 + 75) / 3
    assert claims()["refinement_regains_most"].effect == pytest.approx(lost / 2 - (0 + 1 + 5) / 3, abs=0.1)
    half = claims(truncated=55.0, refined=[95.0, 75.0, 54.0])["refinement_regains_most"]
    assert half.effect == pytest.approx(-1 / 3, abs=0.1)
    assert half.verdict == "contradicted"


def test_refined_factors_have_two_controls():
    found = claims(scratch=94.0)
    assert found["factors_beat_random"].effect == pytest.approx(93 - 80, abs=0.1)
    assert found["factors_beat_longer_training"].effect == pytest.approx(-1, abs=0.1)
    assert verdicts(found, "contradicted") == {"factors_beat_longer_training"}
    assert verdicts(claims(random=94.0), "contradicted") == {"factors_beat_random"}


def test_a_point_is_the_bound_before_refinement():
    found = claims(truncated=[93.0, 60.0, 94.8])
    assert found["half_costs_little"].effect == pytest.approx(-1, abs=0.1)
    assert found["eighth_costs_more"].effect == pytest.approx(-0.8, abs=0.1)
    assert {"half_costs_little", "eighth_costs_more"} <= verdicts(found, "contradicted")
    assert claims()["half_costs_little"].effect == pytest.approx(0.8, abs=0.1)
    assert claims()["eighth_costs_more"].effect == pytest.approx(74, abs=0.1)


def test_a_longer_control_may_have_fewer_seeds():
    found = made()
    more = {name: xr.concat([values, values + 0.01], "seed").assign_coords(seed=range(6))
            for name, values in found.items()}
    more["scratch"] = more["scratch"].isel(seed=slice(3))
    bases = {claim.id: claim.basis for claim in tested.claims(more)}
    assert bases["factors_beat_longer_training"] == "3 seeds × 60 images"
    assert bases["factors_beat_random"] == "6 seeds × 60 images"


def test_nothing_is_tested_if_the_whole_network_has_not_learnt():
    found = claims(whole=12.0)
    assert verdicts(found, "not tested") == set(found)
    assert verdicts(claims(random=11.0), "not tested") == set()              # that is an answer


def test_the_least_rank_is_the_one_from_which_on_all_are_within_a_point():
    ranks = xr.DataArray(
        [[[50.0, 94.5, 93.0, 94.0, 95.0]] * 2, [[94.1, 94.2, 94.5, 95.0, 95.0]] * 2],
        {"seed": [1, 2], "rank": [1, 2, 3, 4, 5]}, ["seed", "image", "rank"],
    )
    whole = xr.DataArray([[95.0, 95.0]] * 2, {"seed": [1, 2]}, ["seed", "image"])
    assert least_rank(ranks, whole).values.tolist() == [4, 1]
