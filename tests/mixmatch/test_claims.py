"""Claims from measurements made by hand: every one points the right way and rests on networks that learnt."""

import numpy as np
import pytest
import xarray as xr

from stages.core.claims import OURS
from stages.mixmatch import claims as tested
from stages.mixmatch.params import CHANGES, METHODS

SEEDS, N = 3, 60
FEW, MANY = 20, 160
RIGHT = {
    ("supervised", FEW): 60.0, ("supervised", MANY): 90.0, ("mixmatch", FEW): 85.0, ("mixmatch", MANY): 95.0,
    ("pseudo_label", FEW): 65.0, ("pi_model", FEW): 66.0, ("mixup", FEW): 70.0, ("fixmatch", FEW): 90.0,
}
CHANGED = dict.fromkeys(CHANGES, 80.0) | {
    "one_copy": 82.0, "no_sharpening": 78.0, "teacher": 85.0, "no_mixup": 60.0, "mixup_labelled": 65.0}
SHARES = {0.0: 90.0, 1.0: 70.0, "supervised": 80.0}


def made(right, changed, shares, last, sure, seeds):
    rng = np.random.default_rng(0)

    def values(mean, n=SEEDS):
        return xr.DataArray(mean + rng.normal(0, 0.1, (n, N)), {"seed": range(n)}, ["seed", "image"])

    def one(mean, surer=0.0, n=SEEDS):
        return xr.Dataset({"right": values(mean, n), "last": values(mean - last, n),
                           "sure": values(mean + surer, n)})

    found = {
        method: {number: one(value, sure.get(method, 0.0), seeds)
                 for (name, number), value in (RIGHT | right).items() if name == method}
        for method in METHODS
    }
    return (found, {name: one(value) for name, value in (CHANGED | changed).items()},
            {share: values(value) for share, value in (SHARES | shares).items()})


def claims(right=(), changed=(), shares=(), last=1.0, sure=(("supervised", 9.0),), seeds=SEEDS):
    parts = made(dict(right), dict(changed), dict(shares), last, dict(sure), seeds)
    return {claim.id: claim for claim in tested.claims(*parts)}


def verdicts(found, verdict):
    return {name for name, claim in found.items() if claim.verdict == verdict}


EFFECTS = {
    "mixmatch_beats_supervised": 25, "mixmatch_beats_supervised_with_many": 5, "few_labels_gain_most": 20,
    "mixmatch_beats_rivals": 15, "mixup_matters": 25, "mixup_of_unlabelled_matters": 20,
    "mixup_of_unlabelled_matters_most": 13, "sharpening_matters": 7, "copies_matter": 3,
    "teacher_changes_little": 2, "averaging_changes_little": 1, "mixmatch_is_less_overconfident": 9,
    "other_classes_help_less": 20, "other_classes_hurt": 10, "fixmatch_beats_mixmatch": 5,
}


def test_all_can_be_supported_with_the_effects_put_in():
    found = claims()
    assert verdicts(found, "supported") == set(found)
    assert {name: one.effect for name, one in found.items()} == pytest.approx(EFFECTS, abs=0.2)
    assert next(iter(found)) == "mixmatch_beats_supervised"
    assert {name for name, one in found.items() if one.source == OURS} == {
        "averaging_changes_little", "mixmatch_is_less_overconfident", "fixmatch_beats_mixmatch"}
    assert {name for name, one in found.items() if one.source == "Oliver et al. 2018"} == {
        "other_classes_help_less", "other_classes_hurt"}


@pytest.mark.parametrize(("values", "contradicted"), [
    ({"right": {("supervised", FEW): 87.0}}, {"mixmatch_beats_supervised", "few_labels_gain_most"}),
    ({"right": {("supervised", MANY): 97.0}}, {"mixmatch_beats_supervised_with_many"}),
    ({"right": {("supervised", MANY): 60.0}}, {"few_labels_gain_most"}),
    ({"right": {("pi_model", FEW): 88.0}}, {"mixmatch_beats_rivals"}),
    ({"right": {("mixup", FEW): 88.0}}, {"mixmatch_beats_rivals"}),
    ({"right": {("fixmatch", FEW): 80.0}}, {"fixmatch_beats_mixmatch"}),
    ({"changed": {"no_mixup": 87.0}}, {"mixup_matters"}),
    ({"changed": {"mixup_labelled": 87.0}}, {
        "mixup_of_unlabelled_matters", "mixup_of_unlabelled_matters_most"}),
    ({"changed": {"no_sharpening": 87.0, "one_copy": 60.0}}, {
        "sharpening_matters", "mixup_of_unlabelled_matters_most"}),
    ({"changed": {"one_copy": 87.0}}, {"copies_matter"}),
    ({"changed": {"teacher": 88.0}}, {"teacher_changes_little"}),
    ({"changed": {"teacher": 82.0}}, {"teacher_changes_little"}),
    ({"last": 4.0}, {"averaging_changes_little"}),
    ({"last": -4.0}, {"averaging_changes_little"}),
    ({"sure": {"mixmatch": 3.0}}, {"mixmatch_is_less_overconfident"}),
    ({"shares": {1.0: 95.0}}, {"other_classes_help_less", "other_classes_hurt"}),
    ({"shares": {"supervised": 60.0}}, {"other_classes_hurt"}),
])
def test_each_can_be_contradicted(values, contradicted):
    assert verdicts(claims(**values), "contradicted") == contradicted


def test_nothing_is_tested_if_nothing_is_learnt_from_many_labels():
    found = claims({("supervised", MANY): 12.0})
    assert verdicts(found, "not tested") == set(found)
    assert not verdicts(claims({("supervised", FEW): 12.0}), "not tested")   # that is an answer


def test_seeds_are_those_that_both_have():
    bases = {name: one.basis for name, one in claims(seeds=5).items()}
    assert bases["mixmatch_beats_rivals"] == "5 seeds × 60 images"
    assert bases["copies_matter"] == "3 seeds × 60 images"
    assert bases["mixup_of_unlabelled_matters_most"] == "3 seeds × 60 images"


def test_the_best_rival_is_chosen_on_the_other_half():
    """Two rivals that are each good on one half, chosen by the other, are both taken at their worst."""
    parts = made({}, {}, {}, 1.0, {}, SEEDS)
    half = np.arange(N) < N // 2
    for method, good in {"pi_model": half, "mixup": ~half}.items():
        parts[0][method][FEW]["right"] = 70.0 + parts[0]["mixup"][FEW].right * 0 + np.where(good, 10.0, -10.0)
    effect = {one.id: one.effect for one in tested.claims(*parts)}["mixmatch_beats_rivals"]
    assert effect == pytest.approx(85 - 60, abs=0.3)
