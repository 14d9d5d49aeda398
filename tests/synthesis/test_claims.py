"""Claims from measurements made by hand: every one points the right way and rests on networks that learnt."""

import numpy as np
import pytest
import xarray as xr

from stages.synthesis import claims as tested
from stages.synthesis.results import pooled

SEEDS, N = [1, 2, 3], 60
GOOD = {                         # task -> measure -> network -> value
    "generation": {"named": {"start": 40, "robust": 80, "standard": 50},
                   "robust_named": {"robust": 70, "standard": 45},
                   "frechet": {"start": 9, "robust": 3, "standard": 7}},
    "inpainting": {"psnr": {"start": 15, "robust": 19, "standard": 16}},
    "super_resolution": {"named": {"bicubic": 70, "robust": 85, "standard": 75},
                         "psnr": {"bicubic": 30, "robust": 25, "standard": 24}},
    "translation": {"distance": {"robust": 3, "standard": 8}},
    "sketch": {"named": {"robust": 60, "standard": 20}},
    "painting": {"named": {"robust": 55, "standard": 15}},
}
AXES = {"generation": {"kind": ["gaussian", "other"]}, "super_resolution": {"factor": [2, 4]}}


def array(networks, images=True, **axes):
    """One measurement, with a little chance in it."""
    dims = {"network": list(networks), **axes, "seed": SEEDS} | ({"image": range(N)} if images else {})
    shape = [len(places) for places in dims.values()]
    level = np.array(list(networks.values()), dtype=float).reshape(-1, *[1] * (len(shape) - 1))
    noise = np.random.default_rng(0).normal(0, 0.1, shape)
    return xr.DataArray(level + noise, {name: list(places) for name, places in dims.items()}, list(dims))


def claims(changed=None, right=80.0, right_of_two=95.0):
    """The claims from GOOD, of which `changed` is (task, measure, network) -> other values."""
    values = {task: {name: dict(one) for name, one in each.items()} for task, each in GOOD.items()}
    for (task, name, network), value in (changed or {}).items():
        values[task][name][network] = value
    found = {task: {name: array(one, name != "frechet", **AXES.get(task, {})) for name, one in each.items()}
             for task, each in values.items()}
    both = {"robust": right, "standard": right}
    found["generation"]["right"] = array(both | {"judge": 90}, False, **AXES["generation"])
    found["translation"]["right"] = array(dict.fromkeys(both, right_of_two), False, pair=["first", "second"])
    return {claim.id: claim for claim in tested.claims(found)}


def verdicts(found, verdict):
    return {name for name, claim in found.items() if claim.verdict == verdict}


def test_all_can_be_supported():
    found = claims()
    assert verdicts(found, "supported") == set(found)
    assert len(found) == 13
    assert next(iter(found)) == "robust_images_are_named"


@pytest.mark.parametrize(("at", "value", "effects"), [
    (("generation", "named", "standard"), 90, {"robust_images_are_named": -10,
                                               "robust_images_from_others_are_named": -10}),
    (("generation", "robust_named", "standard"), 75, {"robust_networks_see_more": -5}),
    (("generation", "named", "start"), 85, {"painting_adds_to_seeds": -5}),
    (("generation", "frechet", "robust"), 8, {"robust_images_are_nearer_to_real": -1}),
    (("inpainting", "psnr", "start"), 20, {"inpainting_beats_the_mean": -1}),
    (("inpainting", "psnr", "standard"), 21, {"robust_inpainting_is_nearer": -2}),
    (("super_resolution", "named", "bicubic"), 88, {"super_resolution_keeps_the_class": -3}),
    (("super_resolution", "named", "standard"), 89, {"robust_super_resolution_keeps_the_class": -4}),
    (("super_resolution", "psnr", "bicubic"), 20, {"super_resolution_costs_psnr": -5}),
    (("translation", "distance", "standard"), 2, {"robust_translation_is_shorter": -1}),
    (("sketch", "named", "standard"), 65, {"robust_sketches_are_named": -5}),
    (("painting", "named", "standard"), 65, {"robust_features_are_named": -10}),
])
def test_each_can_be_contradicted_alone(at, value, effects):
    found = claims({at: value})
    assert verdicts(found, "contradicted") == set(effects)
    for name, effect in effects.items():
        assert found[name].effect == pytest.approx(effect, abs=0.2)


def test_nothing_is_tested_of_networks_that_have_not_learnt():
    assert verdicts(claims(right=15.0), "not tested") == set(claims()) - {"robust_translation_is_shorter"}
    assert verdicts(claims(right_of_two=60.0), "not tested") == {"robust_translation_is_shorter"}


def test_images_of_pairs_are_pooled_in_order():
    values = xr.DataArray(np.arange(12).reshape(2, 2, 3), {"pair": ["a", "b"]}, ["seed", "pair", "image"])
    found = pooled(values, "pair")
    assert found.dims == ("seed", "image")
    assert found.values.tolist() == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]
