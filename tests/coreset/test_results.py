"""What networks choose and how alike they rank, from rankings made by hand."""

import numpy as np
import pytest
import scipy.stats
import xarray as xr

from stages.coreset.params import CRITERIA, Sweep, fractions
from stages.coreset.results import (
    RANKINGS,
    WORDS,
    agreement,
    chosen,
    duplicates,
    of_classes,
    picked,
    share_kept,
    shared,
    wrong_kept,
)

N, SEEDS = 20, [1, 2, 3]


def ranked(score):
    """A Dataset of scores, (..., trained), and the orders that follow."""
    dims = ["network", "criterion", "seed", "trained"][-score.ndim :]
    places = {"network": ["proxy", "target"], "criterion": list(CRITERIA), "seed": SEEDS}
    order = np.argsort(-score, axis=-1, kind="stable").astype(float)
    return xr.Dataset({"score": (dims, score), "order": ([*dims[:-1], "place"], order)},
                      {name: places[name] for name in dims[:-1]})


@pytest.fixture
def both():
    return ranked(np.random.default_rng(0).normal(size=(2, len(CRITERIA), len(SEEDS), N)))


def test_correlation_is_pearsons_of_ranks(both):
    found = agreement(both)
    rank = scipy.stats.rankdata(both.score.values, axis=-1)
    for c, name in enumerate(CRITERIA[1:], 1):
        for s, seed in enumerate(SEEDS):
            one = found["proxy"].sel(network=name, seed=seed).item()
            assert one == pytest.approx(np.corrcoef(rank[0, c, s], rank[1, c, s])[0, 1])
            other = found["target"].sel(network=name, seed=seed).item()
            assert other == pytest.approx(np.corrcoef(rank[1, c, s], rank[1, c, s - 1])[0, 1])
    assert list(found["proxy"].network.values) == list(RANKINGS)


def test_never_learnt_counts_as_the_highest_rank(both):
    score = both.score.values.copy()
    score[:, 4, :, 3] = np.inf
    high = np.where(np.isinf(score), 1e6, score)
    infinite, finite = (agreement(ranked(one))["proxy"].values for one in (score, high))
    assert infinite == pytest.approx(finite)


def test_what_is_chosen_is_what_the_order_begins_with(both):
    for fraction, n in ((0.3, 6), (0.5, 10), (1.0, 20)):
        found = chosen(both.order, fraction)
        assert (found.sum("trained") == n).all()
        one = {"network": "target", "criterion": "margin", "seed": 2}
        first = both.order.sel(one).values[:n].astype(int)
        assert set(np.flatnonzero(found.sel(one).transpose("trained").values)) == set(first)


def test_shares_by_sets(both):
    overlap = shared(both)
    for name in CRITERIA:
        for seed in SEEDS:
            half = [set(both.order.sel(network=net, criterion=name, seed=seed).values[:10])
                    for net in ("proxy", "target")]
            assert overlap.sel(network=name, seed=seed).item() == pytest.approx(10 * len(half[0] & half[1]))
    wrong = xr.DataArray(np.arange(N) % 4 == 0, dims="trained")
    kept = share_kept(both.order.sel(network="proxy", drop=True), wrong)
    half = set(both.order.sel(network="proxy", criterion="entropy", seed=3).values[:10])
    assert kept.sel(network="entropy", seed=3).item() == pytest.approx(
        100 * len(half & set(range(0, N, 4))) / 5)


def test_wrong_labels_may_differ_by_seed(both):
    wrong = xr.DataArray(np.eye(3, N, dtype=bool), {"seed": SEEDS}, ["seed", "trained"])
    kept = share_kept(both.order.sel(network="proxy", drop=True), wrong)
    for s, seed in enumerate(SEEDS):
        half = both.order.sel(network="proxy", criterion="margin", seed=seed).values[:10]
        assert kept.sel(network="margin", seed=seed).item() == 100 * (s in half)


def test_wrong_labels_are_looked_at_one_by_one(both):
    wrong = xr.DataArray(np.eye(3, N) + np.eye(3, N, 5), {"seed": SEEDS}, ["seed", "trained"])
    noisy = both.sel(network="target", drop=True).assign(wrong=wrong)
    for fraction, n in ((0.3, 6), (0.5, 10)):
        found = wrong_kept(noisy, fraction)
        for s, seed in enumerate(SEEDS):
            first = noisy.order.sel(criterion="forgetting", seed=seed).values[:n]
            assert found.sel(network="forgetting", seed=seed).values.tolist() == [
                100 * (image in first) for image in (s, s + 5)]


@pytest.mark.parametrize(("choice", "first", "expected"), [
    ("random", True, [0.3, 0.5, 0.7]), ("random", False, [0.3, 0.5]), ("margin", True, [0.5]),
])
def test_other_fractions_are_of_the_sweep_and_for_all_seeds_where_claims_need_them(choice, first, expected):
    sweep = Sweep(fractions=[0.3, 0.5, 0.7], choices=["random", "entropy"])
    assert fractions(sweep, choice, first) == expected


def test_shares_of_classes_add_up_to_the_half(both):
    labels = xr.DataArray(np.arange(N) % 5, dims="trained")
    found = of_classes(both.order.sel(network="proxy", drop=True), labels)
    assert found["class"].values.tolist() == [0, 1, 2, 3, 4]
    assert found.mean("class").values == pytest.approx(50)
    assert float(found.std()) > 5


def test_what_the_proxy_picks_is_told_apart(both):
    noisy = both.sel(network="target", drop=True).assign(
        wrong=xr.DataArray(np.ones((3, N)), {"seed": SEEDS}, ["seed", "trained"]))
    near = xr.Dataset({"distance": ("trained", np.arange(N) / N), "label": ("trained", np.arange(N) % 5)})
    found = picked(both, noisy, near)
    kept = both.order.sel(network="proxy", criterion="entropy", seed=2).values[:10]
    at = {"network": "entropy", "seed": 2}
    assert found["duplicates"].sel(at).item() == 50 * sum(image in kept for image in (0, 1))
    assert found["classes"].sel(at).values.tolist() == [25 * sum(kept % 5 == c) for c in range(5)]
    assert (found["wrong"].mean("image") == 50).all()        # all labels are wrong here
    assert (found["few_wrong"].mean("image") == 30).all()


def test_a_tenth_are_near_duplicates():
    near = xr.Dataset({"distance": ("trained", np.random.default_rng(0).permutation(100) / 100.0)})
    found = duplicates(near)
    assert int(found.sum()) == 10
    assert float(near.distance.where(found).max()) == pytest.approx(0.09)


def test_all_choices_have_words():
    assert {*CRITERIA, "target_entropy", "target_forgetting"} == set(WORDS)
