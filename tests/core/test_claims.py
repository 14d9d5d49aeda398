"""Claims from differences made by hand: which axes are drawn, what is not tested, verdicts, words."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from stages.core.claims import (
    Claim,
    basis,
    best,
    best_elsewhere,
    claim,
    halves,
    metrics,
    more,
    summary,
    within,
)

TEXT = {"id": "some_claim", "sentence": "It is so.", "source": "Someone, table 1"}


def made(low, effect, high, **more):
    return Claim(effect=effect, low=low, high=high, basis="3 seeds", unit="points", **TEXT, **more)


def of_seeds(*values):
    return xr.DataArray(list(values), coords={"seed": range(1, len(values) + 1)}, dims="seed")


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [((0.1, 1, 2), "supported"), ((-2, -1, -0.1), "contradicted"), ((-1, 0, 1), "inconclusive"),
     ((0, 1, 2), "inconclusive"), ((-2, -1, 0), "inconclusive"), ((None, 1, None), "not tested")],
)
def test_the_verdict_follows_from_the_interval(ends, verdict):
    assert made(*ends).verdict == verdict


def test_an_effect_outside_its_interval_is_our_own_mistake():
    with pytest.raises(AssertionError, match="is not in its interval"):
        made(1, 0, 2)


def test_over_seeds_alone_the_interval_is_students():
    values = [0.3, -0.2, 0.9, 1.4]
    found = claim(difference=of_seeds(*values), unit="nats", **TEXT)
    wanted = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    ends = wanted.low, wanted.high
    assert (found.effect, found.low, found.high) == pytest.approx((np.mean(values), *ends))
    assert found.basis == "4 seeds"


def test_axes_that_no_other_run_draws_are_averaged():
    rng = np.random.default_rng(0)
    values = xr.DataArray(rng.normal(1, 1, (3, 40, 2, 5)), dims=["sigma", "image", "draw", "seed"])
    found = claim(difference=values, **TEXT)
    mean = claim(difference=values.mean("sigma").transpose("seed", "image", "draw"), **TEXT)
    assert (found.low, found.high) == (mean.low, mean.high)
    assert found.basis == "5 seeds × 40 images × 2 draws"
    assert found.effect == pytest.approx(float(values.mean()))


def test_differences_over_other_images_are_terms():
    rng = np.random.default_rng(0)
    one = xr.DataArray(rng.normal(3, 1, (4, 30)), dims=["seed", "image"])
    other = xr.DataArray(rng.normal(1, 1, (4, 20)), dims=["seed", "image"])
    found = claim(difference=[one, -other], **TEXT)
    assert found.effect == pytest.approx(float(one.mean() - other.mean()))
    assert found.basis == "4 seeds × 30 images and 4 seeds × 20 images"
    assert found.verdict == "supported"
    assert basis([one, other, other]) == "4 seeds × 70 images of 3 sets"


@pytest.mark.parametrize(("seeds", "words"), [(1, "1 seed, and"), (2, "2 seeds, and")])
def test_fewer_than_three_seeds_test_nothing(seeds, words):
    found = claim(difference=of_seeds(*range(seeds)), **TEXT)
    assert found.verdict == "not tested"
    assert found.note.startswith(words)
    assert found.effect == np.mean(range(seeds))


def test_a_network_that_has_not_learnt_is_named():
    right = xr.DataArray(
        [[[100, 0], [100, 100]], [[0, 100], [0, 0]]],
        coords={"network": ["sgd", "sam"], "seed": [4, 5]}, dims=["network", "seed", "image"],
    )
    found = claim(difference=of_seeds(1, 2, 4), given=right, **TEXT)
    assert found.verdict == "not tested"
    assert found.note == (
        "sam, seed 5: a network that this rests on has not learnt, 0.0 % right where 20 are wanted"
    )
    assert claim(difference=of_seeds(1, 2, 4), given=right.sel(network="sgd"), **TEXT).tested
    both = [right.sel(network="sgd"), right.sel(network="sam")]
    assert not claim(difference=of_seeds(1, 2, 4), given=both, **TEXT).tested
    assert not claim(difference=of_seeds(1, 2, 4), given=right.sel(network="sgd"), least=60, **TEXT).tested


def test_equal_differences_decide_only_within_what_images_can_hide():
    flat = xr.DataArray(np.full((3, 400), 5.0), dims=["seed", "image"])
    found = claim(difference=flat, **TEXT)                    # points: one image can change 100
    assert found.low < 5 < found.high
    assert found.high - found.low > 1
    assert claim(difference=of_seeds(2.0, 2.0, 2.0), unit="nats", **TEXT).note == "all differences are equal"


@pytest.mark.parametrize(
    ("values", "effect", "verdict", "note"),
    [
        ((0.1, -0.1, 0.05), 0.5 - 0.05 / 3, "supported", False),
        ((3.0, 3.1, 2.9), -2.5, "contradicted", False),
        ((4.0, -4.0, 0.6), 0.3, "inconclusive", True),
    ],
)
def test_an_equivalence_counts_from_its_bound(values, effect, verdict, note):
    found = within(difference=of_seeds(*values), bound=0.5, unit="nats", **TEXT)
    assert found.effect == pytest.approx(effect)
    assert found.verdict == verdict
    assert bool(found.note) == note
    wanted = claim(difference=of_seeds(*values), unit="nats", **TEXT)
    assert found.low == pytest.approx(0.5 - max(abs(wanted.low), abs(wanted.high)))


def test_an_equivalence_that_is_not_tested_keeps_its_reason():
    found = within(difference=of_seeds(1.0, -3.0), bound=0.5, **TEXT)
    assert (found.verdict, found.effect) == ("not tested", -0.5)


def test_the_best_is_chosen_on_images_that_it_is_not_compared_on():
    right = xr.DataArray([[[1, 1, 0, 0]], [[0, 0, 1, 1]]], dims=["network", "seed", "image"],
                         coords={"network": ["early", "late"]})
    chosen, compared = halves(right)
    assert best(chosen, ["early", "late"]) == "early"
    assert best(compared, ["early", "late"]) == "late"
    assert chosen.sizes["image"] == compared.sizes["image"] == 2


def test_the_best_is_read_on_the_images_that_did_not_choose_it():
    right = xr.DataArray([[[5, 4, 1, 2]], [[0, 3, 7, 8]], [[9, 9, 9, 9]]], dims=["network", "seed", "image"],
                         coords={"network": ["early", "late", "other"]})
    found = best_elsewhere(right, ["early", "late"])
    assert found.dims == ("seed", "image")
    assert found.values.tolist() == [[0, 3, 1, 2]]           # of late, then of early


def test_metrics_hold_effects_verdicts_and_numbers_for_one_screen():
    found = metrics([made(0.1, 1, 2)], accuracy=np.float64(81.5))
    assert found == {
        "claims": {"some_claim": {"effect": 1, "verdict": "supported"}}, "numbers": {"accuracy": 81.5},
    }
    with pytest.raises(AssertionError, match="at most 40"):
        metrics([made(0.1, 1, 2)], **{f"number_{i}": i for i in range(39)})


def test_a_claim_in_two_lines():
    assert summary(made(0.1, 1, 2).row()) == (
        "✓ supported     It is so.\n                +1.00 points, 95 % [+0.10, +2.00], over 3 seeds"
    )
    assert summary(made(None, 1, None, note="1 seed").row()) == (
        "– not tested    It is so.\n                +1.00 points; 1 seed"
    )


def test_a_basis_counts_what_is_drawn():
    assert basis([of_seeds(1.0)]) == "1 seed"
    assert basis([xr.DataArray(np.zeros((3, 1200, 4)), dims=["seed", "image", "draw"])]) == (
        "3 seeds × 1,200 images × 4 draws"
    )


def test_a_name_that_is_no_name_is_our_own_mistake():
    with pytest.raises(AssertionError, match="is no name for a claim"):
        claim(id="No name", difference=of_seeds(1, 2, 3), sentence="", source="")


def test_one_network_has_more_than_another():
    values = xr.DataArray([[[3.0, 4.0], [4.0, 5.0], [3.0, 3.5]], [[1.0, 1.5], [1.0, 2.0], [1.5, 1.0]]],
                       dims=["network", "seed", "image"], coords={"network": ["a", "b"], "seed": [1, 2, 3]})
    text = TEXT
    found = more(values, "a", "b", 100 + 0 * values, **text)
    assert found == claim(difference=values[0] - values[1], **text)
    assert found.effect == pytest.approx(2.4167, abs=1e-4)
    assert more(values, "b", "a", 100 + 0 * values, **text).effect == -found.effect
    unlearnt = xr.DataArray([100.0, 10.0], coords={"network": ["a", "b"]}).expand_dims(seed=[1, 2, 3])
    assert more(values, "a", "b", unlearnt, **text).verdict == "not tested"
    alike = more(values, "a", "b", 100 + 0 * values, within, bound=3, **text)
    assert alike.effect == pytest.approx(0.583, abs=1e-3)
