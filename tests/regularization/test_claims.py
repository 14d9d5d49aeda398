"""Claims from results made by hand: every one points the right way."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from stages.regularization import page
from stages.regularization.claims import accuracy_claims, calibration_claim, robustness_claims
from stages.regularization.page import champion, which_value
from stages.regularization.paths import NETWORKS
from stages.regularization.tables import corruption_table

N = 40


def share(value, seeds=2):
    """Percent right of one network of each seed, (s, N), the share `value` of either half of the images."""
    return np.broadcast_to(100.0 * (np.arange(N) % (N // 2) < value * N / 2), (seeds, N))


def on_clean(longer=(0.5, 0.5), **shares):
    clean = {name: share(shares.get(name, 0.5)) for name in NETWORKS}
    runs = {"best": share(longer[0]), "plain": share(longer[1])}
    return {claim.id: claim for claim in accuracy_claims(clean, runs)}


def on_changed(fgsm=(), pgd=(), **shares):
    corrupted = {name: share(shares.get(name, 0.5))[:, None, None].repeat(3, 1).repeat(2, 2)
                 for name in NETWORKS}
    attacks = [{name: share(dict(one).get(name, 0.1)) for name in NETWORKS} for one in (fgsm, pgd)]
    return {claim.id: claim for claim in robustness_claims(corrupted, *attacks, 8.0)}


def verdicts(claims, verdict):
    return {name for name, claim in claims.items() if claim.verdict == verdict}


def test_equal_networks_decide_nothing():
    assert verdicts(on_clean(), "inconclusive") == set(on_clean())
    assert on_changed()["rotation_raises_accuracy_under_corruption"].verdict == "inconclusive"


@pytest.mark.parametrize("method", ["cutout", "mixup", "rotation"])
def test_each_method_has_its_claim(method):
    better, worse = on_clean(**{method: 0.9}), on_clean(**{method: 0.1})
    assert verdicts(better, "supported") == {f"{method}_raises_accuracy"}
    assert better[f"{method}_raises_accuracy"].effect == pytest.approx(40)
    assert verdicts(better, "contradicted") == {"combining_beats_the_best_single"}
    assert verdicts(worse, "contradicted") == {f"{method}_raises_accuracy"}


def test_the_best_combination_is_compared_with_the_best_single():
    claims = on_clean(mixup=0.7, cutout=0.1, mixup_rotation=0.9, all=0.2)
    claim = claims["combining_beats_the_best_single"]
    assert (claim.verdict, claim.effect) == ("supported", pytest.approx(20))
    assert "(mixup + rotation)" in claim.sentence
    assert "(mixup)" in claim.sentence
    assert claim.basis.startswith("20 test images")          # the second half


def test_longer_runs():
    name = "longer_combination_beats_longer_plain"
    assert on_clean(longer=(0.9, 0.5))[name].verdict == "supported"
    assert on_clean(longer=(0.5, 0.9))[name].effect == pytest.approx(-40)


def test_rotation_under_corruption():
    found = on_changed(rotation=0.75)["rotation_raises_accuracy_under_corruption"]
    assert (found.verdict, found.effect) == ("supported", pytest.approx(25))
    assert on_changed(plain=0.9)["rotation_raises_accuracy_under_corruption"].verdict == "contradicted"


def test_a_defence_gains_ten_points():
    assert verdicts(on_changed(), "supported") == {"none_defends_against_fgsm", "none_defends_against_pgd"}
    found = on_changed(fgsm={"all": 0.15})                   # 5 points more
    assert found["none_defends_against_fgsm"].effect == pytest.approx(5)
    found = on_changed(fgsm={"all": 0.9}, pgd={"cutout": 0.0})
    assert verdicts(found, "contradicted") == {"none_defends_against_fgsm"}
    assert found["none_defends_against_fgsm"].effect == pytest.approx(10 - 80)
    assert verdicts(on_changed(pgd={"mixup": 0.9}), "contradicted") == {"none_defends_against_pgd"}


def test_calibration_is_the_plain_networks_minus_mixups():
    y = torch.arange(N) % 2
    right = 0.5 * torch.eye(2)[y]                            # right, at a confidence of 62 %
    sure = 8 * torch.eye(2)[y]
    logits = {name: sure[None].repeat(2, 1, 1) for name in NETWORKS}
    unsure = calibration_claim(logits | {"mixup": right[None].repeat(2, 1, 1)}, y)
    assert (unsure.verdict, unsure.effect) == ("contradicted", pytest.approx(-37.7, abs=0.1))
    better = calibration_claim(logits | {"plain": right[None].repeat(2, 1, 1)}, y)
    assert (better.verdict, better.effect) == ("supported", pytest.approx(37.7, abs=0.1))


def test_three_seeds_give_an_interval_over_seeds():
    y, z = torch.arange(N) % 2, torch.randn(3, N, 2)
    assert calibration_claim(dict.fromkeys(NETWORKS, z), y).basis == "3 seeds"


def test_best_and_worst_are_marked():
    corrupted = {name: share(0.5)[:, None, None] for name in NETWORKS}
    corrupted |= {"mixup": share(0.9)[:, None, None], "all": share(0.2)[:, None, None]}
    table = corruption_table(["snow"], corrupted)
    cells = {row[0]: row[1:3] for row in table.rows}
    assert cells["mixup"] == ["90.0 ▲", "90.0 ▲"]
    assert cells["all three"] == ["20.0 ▼", "20.0 ▼"]
    assert cells["plain"] == ["50.0", "50.0"]
    assert [row[-1] for row in table.rows if row[0] in ("plain", "mixup")] == pytest.approx([100, 20])


def test_all_that_tie_are_marked():
    corrupted = {name: share(0.5)[:, None, None] for name in NETWORKS}
    corrupted |= {name: share(0.9)[:, None, None] for name in ("mixup", "all")}
    marked = [row[0] for row in corruption_table(["snow"], corrupted).rows if row[1].endswith("▲")]
    assert marked == ["mixup", "all three"]


def test_the_best_value_is_chosen_by_one_half_and_its_gain_counted_on_the_other(monkeypatch):
    """Of ten images of each half, cutout of 8 pixels gets nine and six right, none at all five and five."""
    halves = {"plain": (5, 5), "cutout_8": (9, 6), "cutout_16": (4, 9)}
    right = [[100.0] * a + [0.0] * (10 - a) + [100.0] * b + [0.0] * (10 - b) for a, b in halves.values()]
    monkeypatch.setattr(page, "swept_right", lambda variants, seeds: np.array([right])[:, : len(variants)])
    words = which_value(list(halves), "cutout", [1])
    assert words.startswith("8 for cutout's side in pixels (25.0 points above the worst, +10.0 over 0 on")


def test_the_champion_may_be_a_longer_run():
    def found(best, plain, **shares):
        clean = {name: share(shares.get(name, 0.5)) for name in NETWORKS}
        settings = SimpleNamespace(longer=SimpleNamespace(epochs=9))
        longer = {"best": share(best), "plain": share(plain)}
        return champion(settings, SimpleNamespace(epochs=4), clean, longer)

    assert found(0.7, 0.6, cutout=0.8) == ("cutout", 4, pytest.approx(80))
    assert found(0.7, 0.9, all=0.8) == ("plain", 9, pytest.approx(90))
    assert found(0.9, 0.6, all=0.8) == ("all", 9, pytest.approx(90))
