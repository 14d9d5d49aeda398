"""Claims from measurements made by hand: every one points the right way."""

import numpy as np
import pytest
import xarray as xr

from stages.core.claims import OURS
from stages.noisy_labels import claims as tested
from stages.noisy_labels.params import ASYMMETRIC, CLEAN, HIGH, METHODS, SYMMETRIC
from stages.noisy_labels.results import spread

SEEDS, N = 3, 60
LABELS = xr.DataArray(np.arange(N) % 10, dims="image", name="class")
RIGHT = {method: {SYMMETRIC: 70.0, ASYMMETRIC: 60.0} for method in METHODS} | {
    "ce": {CLEAN: 95.0, SYMMETRIC: 60.0, HIGH[1]: 50.0, HIGH[2]: 30.0, ASYMMETRIC: 60.0},
    "sce": {CLEAN: 95.0, SYMMETRIC: 85.0, HIGH[1]: 75.0, HIGH[2]: 50.0, ASYMMETRIC: 65.0},
    "forward": {SYMMETRIC: 70.0, ASYMMETRIC: 80.0},
}


def made(peak=(20.0, 2.0), memorised=(80.0, 20.0), uneven=(9.0, 1.0), **right):
    """Measurements by method and noise; how much better CE and SCE are in the epoch before the last, what
    they have memorised in the end and, at 40 %, how far their classes are from the mean.
    """
    rng = np.random.default_rng(0)

    def one(method, noise, value):
        main = {"ce": 0, "sce": 1}.get(method)
        better = 0 if main is None else peak[main]
        apart = 0 if main is None or noise != SYMMETRIC else uneven[main] * np.where(np.arange(N) % 2, 1, -1)
        kept = 50.0 if main is None else memorised[main]
        ends = np.array([value + better, value])[None, :, None] + apart
        shares = rng.normal(0, 0.1, (SEEDS, 1, 1)) + np.zeros((2, 10))
        learnt = {"memorised": shares + np.array([[0.0], [kept]]),
                  "recovered": np.array([[0.0], [100 - kept]]) - shares}
        return xr.Dataset({
            "right": (("seed", "epoch", "image"), ends + rng.normal(0, 0.1, (SEEDS, 2, N))),
            "validation": (("seed", "epoch"), [[2.0, 1.0]] * SEEDS),
            **{name: (("seed", "epoch", "class"), values) for name, values in learnt.items()},
            "images": ("class", [10.0] * 10), "mislabelled": ("class", [4.0] * 10),
        }, {"seed": range(SEEDS), "epoch": [5, 10]})

    values = {method: of | right.get(method, {}) for method, of in RIGHT.items()}
    return {method: {noise: one(method, noise, value) for noise, value in of.items()}
            for method, of in values.items()}


def claims(**values):
    return {claim.id: claim for claim in tested.claims(made(**values), LABELS)}


def verdicts(found, verdict):
    return {name for name, claim in found.items() if claim.verdict == verdict}


def test_all_can_be_supported():
    found = claims()
    assert verdicts(found, "supported") == set(found)
    ours = {name for name, one in found.items() if one.source == OURS}
    assert ours == {"stopping_helps", "sce_beats_stopping"}


EFFECTS = {
    "sce_beats_ce": (85 + 75 + 50 - 60 - 50 - 30) / 3, "ce_falls": 45, "ce_memorises": 60,
    "sce_memorises_less": 60, "ce_falls_behind": 18, "sce_beats_others": 15, "forward_beats_ce": 20,
    "forward_beats_others": 15, "sce_beats_ce_asymmetric": 5, "sce_evens_classes": 8, "sce_costs_nothing": 2,
    "stopping_helps": 20, "sce_beats_stopping": 70 - 140 / 3 - 20,
}


def test_effects_are_those_put_in():
    assert {name: one.effect for name, one in claims().items()} == pytest.approx(EFFECTS, abs=0.3)


@pytest.mark.parametrize(("values", "contradicted"), [
    ({"sce": {HIGH[2]: 0.0, SYMMETRIC: 62.0, HIGH[1]: 50.0}},
     {"sce_beats_ce", "sce_beats_others", "sce_beats_stopping"}),            # all three rates count
    ({"ce": {HIGH[1]: 96.0}}, {"ce_falls", "sce_beats_stopping"}),
    ({"memorised": (40.0, 60.0)}, {"ce_memorises", "sce_memorises_less"}),
    ({"peak": (2.0, 20.0)}, {"ce_falls_behind"}),
    ({"peak": (-10.0, 0.0)}, {"stopping_helps"}),
    ({"gce": {SYMMETRIC: 88.0, ASYMMETRIC: 82.0}}, {"sce_beats_others", "forward_beats_others"}),
    ({"forward": {ASYMMETRIC: 55.0}}, {"forward_beats_ce", "forward_beats_others"}),
    ({"sce": {ASYMMETRIC: 55.0}}, {"sce_beats_ce_asymmetric"}),
    ({"sce": {CLEAN: 92.0}}, {"sce_costs_nothing"}),
    ({"sce": {CLEAN: 98.0}}, {"sce_costs_nothing"}),
    ({"uneven": (1.0, 9.0)}, {"sce_evens_classes"}),
])
def test_each_can_be_contradicted(values, contradicted):
    assert verdicts(claims(**values), "contradicted") == contradicted


def test_nothing_is_tested_if_cross_entropy_has_not_learnt_from_right_labels():
    found = claims(ce={CLEAN: 12.0})
    assert verdicts(found, "not tested") == set(found)
    assert not verdicts(claims(ce={HIGH[2]: 5.0}), "not tested")             # that is an answer


def test_the_spread_of_classes_is_that_of_their_true_accuracies():
    """Over many draws of 20 images of each class; classes that are alike in truth seem apart in each."""
    rng, labels = np.random.default_rng(1), xr.DataArray(np.arange(200) % 10, dims="image", name="class")
    for true in np.linspace(0.2, 0.8, 10), np.full(10, 0.7):
        drawn = 100.0 * (rng.random((2000, 200)) < true[labels])
        right = xr.DataArray(drawn, dims=["seed", "image"])
        seen = right.groupby(labels).mean().std("class")
        found = spread(right, labels).mean("image")          # a jackknife is nearly without bias
        assert (seen.mean() - 100 * true.std()) > 2
        assert abs(found.mean() - 100 * true.std()) < (1 if true.std() > 0.1 else 3.5)   # not below 0


def test_the_values_of_a_spread_are_its_jackknife():
    rng, labels = np.random.default_rng(2), xr.DataArray(np.arange(40) % 4, dims="image", name="class")
    right = xr.DataArray(100.0 * (rng.random((2, 40)) < np.array([0.2, 0.5, 0.7, 0.9])[labels]),
                         dims=["seed", "image"])

    def whole(right, labels):
        by_class = right.groupby(labels)
        noise = (by_class.var(ddof=1) / by_class.count()).mean("class") * 3 / 4
        return np.sqrt(by_class.mean().var("class") - noise)

    rest = [whole(right.drop_isel(image=i), labels.drop_isel(image=i)) for i in range(40)]
    by_hand = 40 * whole(right, labels) - 39 * xr.concat(rest, "image").transpose("seed", "image")
    np.testing.assert_allclose(spread(right, labels), by_hand)


def test_the_best_rival_is_chosen_on_the_other_half():
    """Two rivals that are each good on one half, chosen by the other, are both taken at their worst."""
    found = made()
    half = np.arange(N) < N // 2
    for method, good in {"gce": half, "mixup": ~half}.items():
        found[method][SYMMETRIC]["right"] = found[method][SYMMETRIC].right + np.where(good, 10.0, -10.0)
    effect = {one.id: one.effect for one in tested.claims(found, LABELS)}["sce_beats_others"]
    assert effect == pytest.approx(85 - (70 - 10), abs=0.3)
