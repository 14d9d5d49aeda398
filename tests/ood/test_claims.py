"""Each claim against scores whose areas are known, and that it turns when they do."""

import numpy as np
import pytest

from stages.ood.claims import exposure_claims, score_claims
from stages.ood.recipe import CAPACITIES, INSIDE, SCORES
from stages.ood.results import EXPOSED, NEAR, SETS

N = 200


def scores_below(share):
    """Scores of N images of which `share` percent are below all in-distribution scores, the rest above."""
    return np.where(np.arange(N) < N * share / 100, -1.0, 2.0)[None]


def network(*shares, sets=SETS, **named):
    """Scores of a network by its AUROC in percent: one for all scores, one for each, or by name of a set."""
    shares = dict(zip(SCORES, shares if len(shares) == 3 else shares * 3, strict=True))
    inside = np.linspace(0, 1, N)[None]
    found = {name: {score: scores_below(named.get(name, shares[score])) for score in SCORES} for name in sets}
    return {INSIDE: dict.fromkeys(SCORES, inside)} | found


def claims(**changed):
    """All claims by id; as in the papers, unless a network is changed."""
    capacity = dict.fromkeys(["baseline", *CAPACITIES], network(80)) | {
        "baseline": network(80, 85, 90), "shallow": network(70), "deep": network(85),
        "narrow": network(75), "wide": network(90),
    }
    known = dict.fromkeys(EXPOSED, network(60, sets=NEAR | SETS)) | {
        "exposed": network(90, sets=NEAR | SETS, other_classes=70),
        "energy": network(95, sets=NEAR | SETS),
        "diversity_1": network(70, sets=NEAR | SETS), "diversity_100": network(85, sets=NEAR | SETS),
    }
    capacity, exposure = ({name: changed.get(name, one) for name, one in group.items()}
                          for group in (capacity, known))
    return {one.id: one for one in [*score_claims(capacity), *exposure_claims(exposure, 1, 100)]}


def test_what_the_papers_say_supports_every_claim():
    assert {claim.verdict for claim in claims().values()} == {"supported"}


@pytest.mark.parametrize(("name", "effect"), [
    ("odin_beats_max_softmax", 85 - 80), ("energy_beats_max_softmax", 90 - 80), ("depth_helps", 85 - 70),
    ("width_helps", 90 - 75), ("exposure_helps", (7 * 30 + 10) / 8),
    ("exposure_helps_near_sets_least", 30 - 10), ("more_outlier_classes_help", 85 - 70),
    ("energy_bounds_beat_exposure", 95 - (7 * 90 + 70) / 8),
])
def test_effects(name, effect):
    assert claims()[name].effect == pytest.approx(effect)


@pytest.mark.parametrize(("changed", "name"), [
    ({"baseline": network(80, 70, 90)}, "odin_beats_max_softmax"),
    ({"baseline": network(80, 85, 60)}, "energy_beats_max_softmax"),
    ({"deep": network(50)}, "depth_helps"),
    ({"narrow": network(95)}, "width_helps"),
    ({"exposed": network(40, sets=NEAR | SETS)}, "exposure_helps"),
    ({"exposed": network(80, sets=NEAR | SETS, other_classes=95)}, "exposure_helps_near_sets_least"),
    ({"diversity_1": network(95, sets=NEAR | SETS)}, "more_outlier_classes_help"),
    ({"energy": network(60, sets=NEAR | SETS)}, "energy_bounds_beat_exposure"),
])
def test_other_numbers_contradict(changed, name):
    assert claims(**changed)[name].verdict == "contradicted"


def test_sets_of_the_outliers_own_kind_do_not_count():
    much = network(90, sets=NEAR | SETS, other_classes=70, outliers=10)
    assert claims(exposed=much)["exposure_helps"].effect == claims()["exposure_helps"].effect


def test_from_three_seeds_on_the_interval_is_over_seeds():
    def of_seeds(*runs):
        return {
            name: {score: np.concatenate([run[name][score] for run in runs]) for score in SCORES}
            for name in runs[0]
        }

    claim = claims(
        baseline=of_seeds(*(network(80, 85, share) for share in (88, 90, 92)))
    )["energy_beats_max_softmax"]
    assert claim.basis == "3 seeds"
    assert claim.effect == pytest.approx(10)
    half = 4.302653 * 2 / 3**0.5                             # Student's 97.5 % with 2 degrees of freedom
    assert claim.high - claim.effect == pytest.approx(half, abs=1e-4)
