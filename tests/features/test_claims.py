"""Each claim against measurements made by hand: its sign, its networks, and that it turns when they do."""

import numpy as np
import pytest
import xarray as xr

from stages.features import claims as tested
from stages.features.results import INVERTED, NETWORKS

SEEDS, N = 3, 40
CLEAN = {
    "sgd": 95, "robust": 91, "on_rand": 63, "on_det": 44, "on_robust": 84, "on_robust_noise": 70,
    "on_standard": 88,
}
ATTACKED = {
    "sgd": 5, "robust": 82, "on_rand": 0, "on_det": 0, "on_robust": 48, "on_robust_noise": 30,
    "on_standard": 1,
}
RECOGNISED = {"robust": 60, "robust_noise": 50, "standard": 40}


def right(axis, names, percent, noise):
    """Percent right of each of `names`; seeds and images differ a little, but the means are exact."""
    ripple = np.random.default_rng(noise).normal(0, 0.1, [len(names), SEEDS, N])
    ripple -= ripple.mean((1, 2), keepdims=True)
    values = np.array([percent[name] for name in names])[:, None, None] + ripple
    return xr.DataArray(values, dims=[axis, "seed", "image"], coords={axis: list(names), "seed": [1, 2, 3]})


def claims(clean=(), attacked=(), recognised=()):
    found = tested.claims(
        right("network", NETWORKS, CLEAN | dict(clean), 0),
        right("network", NETWORKS, ATTACKED | dict(attacked), 1).assign_coords(epsilon=0.25),
        right("set", INVERTED, RECOGNISED | dict(recognised), 2), chance=10.0,
    )
    return {claim.id: claim for claim in found}


def test_the_papers_numbers_support_every_claim():
    assert {claim.verdict for claim in claims().values()} == {"supported"}


@pytest.mark.parametrize(
    ("name", "effect"),
    [
        ("rand_teaches", 63 - 10), ("det_teaches", 44 - 10), ("rand_teaches_no_robustness", 10),
        ("det_teaches_no_robustness", 10), ("adversarial_training_teaches_robustness", 82 - 5),
        ("robust_set_teaches_robustness", 48 - 5), ("robust_features_make_it_robust", 48 - 1),
        ("robust_inversions_carry_over", 60 - 40), ("images_beat_noise", 84 - 70),
    ],
)
def test_effects(name, effect):
    assert claims()[name].effect == pytest.approx(effect)


@pytest.mark.parametrize(
    ("changes", "turned"),
    [
        ({"clean": {"on_rand": 9}}, {"rand_teaches"}),
        ({"clean": {"on_det": 2}}, {"det_teaches"}),
        ({"attacked": {"on_rand": 30}}, {"rand_teaches_no_robustness"}),
        ({"attacked": {"on_det": 30}}, {"det_teaches_no_robustness"}),
        ({"attacked": {"robust": 2}}, {"adversarial_training_teaches_robustness"}),
        ({"attacked": {"sgd": 60}}, {"robust_set_teaches_robustness"}),
        ({"attacked": {"on_standard": 60}}, {"robust_features_make_it_robust"}),
        ({"recognised": {"standard": 80}}, {"robust_inversions_carry_over"}),
        ({"clean": {"on_robust_noise": 90}}, {"images_beat_noise"}),
    ],
)
def test_other_numbers_contradict(changes, turned):
    found = claims(**changes)
    assert {name for name, claim in found.items() if claim.verdict == "contradicted"} == turned


OF_ATTACKS = {
    "rand_teaches_no_robustness", "det_teaches_no_robustness", "adversarial_training_teaches_robustness",
    "robust_set_teaches_robustness", "robust_features_make_it_robust",
}


@pytest.mark.parametrize(
    ("network", "rests"),
    [
        ("sgd", {"rand_teaches", "det_teaches", "robust_inversions_carry_over", *OF_ATTACKS}
         - {"robust_features_make_it_robust"}),
        ("robust", {"adversarial_training_teaches_robustness", "robust_inversions_carry_over",
                    "images_beat_noise"}),
        ("on_rand", {"rand_teaches_no_robustness"}), ("on_det", {"det_teaches_no_robustness"}),
        ("on_robust", {"robust_set_teaches_robustness", "robust_features_make_it_robust",
                       "images_beat_noise"}),
        ("on_standard", {"robust_features_make_it_robust"}), ("on_robust_noise", set()),
    ],
)
def test_no_claim_rests_on_a_network_that_did_not_learn(network, rests):
    """But whether a set teaches anything is tested whatever it teaches."""
    found = claims(clean={network: 11})
    assert {name for name, claim in found.items() if claim.verdict == "not tested"} == rests
