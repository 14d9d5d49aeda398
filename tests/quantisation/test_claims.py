"""Claims from measurements made by hand: every one points the right way and rests on the full network."""

import numpy as np
import pytest
import xarray as xr

from stages.quantisation import claims as tested
from stages.quantisation.params import NEEDED
from stages.quantisation.results import plain, plain_at, words

SEEDS, N = 3, 60
RIGHT = {"full": 90.0, "learnt_3_32": 89.8, "learnt_2_32": 89.0, "learnt_1_32": 80.0, "uniform_3_32": 89.5,
         "uniform_2_32": 87.0, "learnt_2_2": 85.0, "backpropagated_2_2": 82.0}


def made(errors=(10.0, 12.0), sparse=86.0, bits=(2.0, 1.5), **right):
    """Datasets as of results.py: percent right, errors of learnt and uniform levels, sparse networks."""
    rng = np.random.default_rng(0)
    ripple = xr.DataArray(rng.normal(0, 0.1, (SEEDS, N)), {"seed": [1, 2, 3]}, ["seed", "image"])

    def noise(*axes):
        sizes = {"seed": SEEDS, "image": N, "layer": 2}
        return xr.DataArray(rng.normal(0, 0.05, [sizes[axis] for axis in axes]), dims=axes)

    found = {}
    for name, value in (RIGHT | right).items():
        error = errors["uniform" in name] + noise("seed", "layer")
        found[name] = xr.Dataset({"right": value + ripple + noise("seed", "image"), "error": error})
    strengths = xr.DataArray([0.3, 0.5], dims="strength", coords={"strength": [0.3, 0.5]})
    thin = xr.Dataset({
        "right": sparse + 0 * strengths + ripple + noise("seed", "image"),
        "bits": xr.DataArray(list(bits), dims="strength") + 0 * ripple.isel(image=0),
    })
    return found, thin


def claims(**values):
    return {claim.id: claim for claim in tested.claims(*made(**values))}


def verdicts(found, verdict):
    return {name for name, claim in found.items() if claim.verdict == verdict}


def test_all_can_be_supported():
    found = claims()
    assert verdicts(found, "supported") == set(found)
    ours = {name for name, claim in found.items() if claim.source == "our question"}
    assert ours == {"learnt_levels_are_nearer", "sparse_bases_reach_the_frontier"}
    assert set(RIGHT) == set(NEEDED)


def test_a_point_is_the_bound_of_three_bits():
    assert claims()["three_bits_suffice"].effect == pytest.approx(1 - 0.2, abs=0.05)
    found = claims(learnt_3_32=88.5)
    assert found["three_bits_suffice"].effect == pytest.approx(1 - 1.5, abs=0.05)
    assert verdicts(found, "contradicted") == {"three_bits_suffice"}


def test_learnt_levels_are_against_uniform_ones_of_two_bits():
    found = claims(uniform_2_32=89.5, errors=(12.0, 11.5))
    assert found["learnt_levels_beat_uniform"].effect == pytest.approx(-0.5, abs=0.05)
    assert found["learnt_levels_are_nearer"].effect == pytest.approx(-0.5, abs=0.05)
    assert found["learnt_levels_are_nearer"].unit == "% of the squared weights"
    assert verdicts(found, "contradicted") == {"learnt_levels_beat_uniform", "learnt_levels_are_nearer"}


def test_solved_levels_are_against_backpropagated_ones():
    found = claims(backpropagated_2_2=86.0)
    assert found["solved_beats_backpropagated"].effect == pytest.approx(-1, abs=0.05)
    assert verdicts(found, "contradicted") == {"solved_beats_backpropagated"}


def test_activations_cost_what_they_take_from_quantised_weights():
    assert claims()["activations_cost_more"].effect == pytest.approx((89 - 85) - (90 - 89), abs=0.1)
    found = claims(learnt_2_2=88.5)
    assert found["activations_cost_more"].effect == pytest.approx(0.5 - 1, abs=0.1)
    assert verdicts(found, "contradicted") == {"activations_cost_more"}


def test_sparse_networks_are_compared_at_their_own_bits():
    """At 2 bits with 89, at 1.5 bits with (89 + 80) / 2."""
    expected = 86 - (89 + 84.5) / 2 + 1
    assert claims()["sparse_bases_reach_the_frontier"].effect == pytest.approx(expected, abs=0.05)
    lower = claims(bits=(2.0, 2.0))["sparse_bases_reach_the_frontier"]
    assert lower.effect == pytest.approx(86 - 89 + 1, abs=0.05)
    assert lower.verdict == "contradicted"


@pytest.mark.parametrize(("bits", "expected"), [
    (1.0, 80.0), (1.25, 82.25), (2.0, 89.0), (2.5, 89.4), (3.0, 89.8), (0.5, 80.0), (3.5, 89.8),
])
def test_the_frontier_of_plain_networks_is_a_line_between_them(bits, expected):
    found, _ = made()
    there = plain_at(plain(found)["learnt"], xr.DataArray(bits))
    assert float(there.mean()) == pytest.approx(expected, abs=0.05)


def test_of_one_bit_uniform_levels_are_learnt_ones():
    mean = {levels: [float(right.mean()) for right in by_bits.values()]
            for levels, by_bits in plain(made()[0]).items()}
    assert mean["learnt"] == pytest.approx([80, 89, 89.8], abs=0.05)
    assert mean["uniform"] == pytest.approx([80, 87, 89.5], abs=0.05)


def test_nothing_is_tested_if_the_full_network_has_not_learnt():
    found = claims(full=12.0)
    assert verdicts(found, "not tested") == set(found)
    assert verdicts(claims(learnt_1_32=11.0), "not tested") == set()         # that is an answer


def test_words():
    assert words("full") == "32/32, full precision"
    assert words("backpropagated_2_3") == "2/3, back-propagated levels"
