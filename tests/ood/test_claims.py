"""Each claim against scores whose areas are known, that it turns when they do, and what it rests on."""

import functools

import pytest

from stages.core.params import Training
from stages.ood.claims import exposure_claims, score_claims, size_claims
from stages.ood.results import sizes
from tests.ood.made import SIZES, group, network

RECIPE = Training(depth=8, width=8, epochs=1, batch_size=50, lr=0.1, momentum=0.9, weight_decay=0.0, pad=4,
                  flip=True)
NETWORKS = sizes(RECIPE, ["depth_14", "width_4"])
CLASSES = {"classes_1": 1, "classes_100": 100}


@functools.cache
def as_in_the_papers():
    return claims()


def claims(**changed):
    """All claims by id; as in the papers, unless a network is changed."""
    capacity = {"baseline": network(80, 85, 90), "depth_14": network(85), "width_4": network(75)}
    exposure = {
        "control": network(60), "exposed": network(90, other_classes=70), "energy": network(95),
        "classes_1": network(70), "classes_100": network(85),
    }
    capacity, exposure = (
        group({name: changed.get(name, one) for name, one in of.items()}) for of in (capacity, exposure)
    )
    found = [*score_claims(capacity), *size_claims(capacity, NETWORKS)]
    found += exposure_claims(exposure, CLASSES, least=40.0)
    return {one.id: one for one in found}


def test_what_the_papers_say_supports_every_claim():
    assert {claim.verdict for claim in as_in_the_papers().values()} == {"supported"}


@pytest.mark.parametrize(("name", "effect"), [
    ("max_softmax_beats_chance", 80 - 50), ("odin_beats_max_softmax", 85 - 80),
    ("energy_beats_max_softmax", 90 - 80), ("depth_helps", 85 - 80), ("width_helps", 80 - 75),
    ("exposure_helps", (7 * 30 + 10) / 8), ("exposure_helps_near_sets_least", 30 - 10),
    ("more_outlier_classes_help", 85 - 70), ("energy_bounds_beat_exposure", 95 - (7 * 90 + 70) / 8),
])
def test_effects(name, effect):
    assert as_in_the_papers()[name].effect == pytest.approx(effect)


@pytest.mark.parametrize(("changed", "name"), [
    ({"baseline": network(40, 85, 90)}, "max_softmax_beats_chance"),
    ({"baseline": network(80, 70, 90)}, "odin_beats_max_softmax"),
    ({"baseline": network(80, 85, 60)}, "energy_beats_max_softmax"),
    ({"depth_14": network(50)}, "depth_helps"),
    ({"width_4": network(95)}, "width_helps"),
    ({"exposed": network(40)}, "exposure_helps"),
    ({"exposed": network(80, other_classes=95)}, "exposure_helps_near_sets_least"),
    ({"classes_1": network(95)}, "more_outlier_classes_help"),
    ({"energy": network(60)}, "energy_bounds_beat_exposure"),
])
def test_other_numbers_contradict(changed, name):
    assert claims(**changed)[name].verdict == "contradicted"


def test_what_is_not_varied_has_no_claim():
    found = group({"baseline": network(80), "width_4": network(75)})
    assert [one.id for one in size_claims(found, sizes(RECIPE, ["width_4"]))] == ["width_helps"]


def test_sets_of_the_outliers_own_kind_do_not_count():
    much = network(90, other_classes=70, outliers=10)
    assert claims(exposed=much)["exposure_helps"].effect == as_in_the_papers()["exposure_helps"].effect


def test_rates_are_at_95_percent_and_no_areas():
    """Energies of other images below 70 % of in-distribution ones: too few for rejection at 95 %."""
    def between(one):
        return one.assign({
            name: one[name].where((one[name] >= 0) | (one.score != "energy"), 0.3) for name in SIZES
        })

    found = claims(baseline=between(network(80, 85, 90)), energy=between(network(95)))
    assert found["energy_beats_max_softmax"].effect == pytest.approx(0 - 80)
    assert found["energy_bounds_beat_exposure"].effect == pytest.approx(0 - (7 * 90 + 70) / 8)


def test_equal_networks_decide_nothing():
    found = claims(depth_14=network(80), control=network(90, other_classes=70))
    assert found["depth_helps"].verdict == found["exposure_helps"].verdict == "inconclusive"


@pytest.mark.parametrize(("name", "right", "rests"), [
    ("baseline", 15.0, {"max_softmax_beats_chance", "odin_beats_max_softmax", "energy_beats_max_softmax",
                        "depth_helps", "width_helps"}),
    ("width_4", 15.0, {"width_helps"}),
    ("control", 35.0, {"exposure_helps", "exposure_helps_near_sets_least"}),     # of 5 classes 20 is chance
    ("classes_1", 35.0, {"more_outlier_classes_help"}),
    ("energy", 35.0, {"energy_bounds_beat_exposure"}),
])
def test_no_claim_rests_on_a_network_that_did_not_learn(name, right, rests):
    found = claims(**{name: network(70, right=right)})
    assert {one.id for one in found.values() if one.verdict == "not tested"} == rests
