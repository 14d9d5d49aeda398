"""Claims from measurements made by hand: every one points the right way and rests on the right networks."""

import numpy as np
import pytest
import xarray as xr

from stages.noise import claims as tested
from stages.noise.results import NETWORKS, lost

BITS, SEEDS, N = [8, 4, 2], 3, 40


def made(clean=None, left=None, eigenvalue=None):
    """Measures of all networks: percent right of `clean`, and what is `left` of it under any disturbance;
    networks that are not named have 80 and 40, and an eigenvalue of 10. Seeds and images differ a little.
    """
    def right(values, default, *axes):
        sizes = {"seed": SEEDS, "sigma": 2, "draw": 2, "radius_l2": 2, "bits": len(BITS), "image": N}
        rng = np.random.default_rng(0)
        array = xr.DataArray(
            [np.full([sizes[axis] for axis in axes], (values or {}).get(name, default)) for name in NETWORKS],
            dims=["network", *axes], coords={"network": list(NETWORKS)},
        )
        ripple = rng.normal(0, 0.1, [SEEDS, N])
        return array + xr.DataArray(ripple, dims=["seed", "image"])

    per_tensor = right(left, 40.0, "seed", "bits", "image").assign_coords(bits=BITS)
    per_tensor[{"bits": 0}] = 100.0                          # eight bits must not count
    scale = xr.DataArray([1.0, 1.1, 0.9], dims="seed")
    sharp = xr.DataArray([float((eigenvalue or {}).get(name, 10)) for name in NETWORKS], dims="network",
                         coords={"network": list(NETWORKS)})
    jitter = xr.DataArray(np.random.default_rng(1).uniform(0.9, 1.1, (len(NETWORKS), SEEDS)),
                          dims=["network", "seed"], coords={"network": list(NETWORKS)})
    return xr.Dataset({
        "clean": right(clean, 80.0, "seed", "image"),
        "gaussian": right(left, 40.0, "seed", "sigma", "draw", "image"),
        "adversarial_l2": right(left, 40.0, "seed", "radius_l2", "image"),
        "per_tensor": per_tensor, "per_channel": per_tensor, "eigenvalue": sharp * scale * jitter,
    }).assign_coords(seed=[1, 2, 3])


def claims(**measures):
    return {claim.id: claim for claim in tested.claims(made(**measures))}


BEARS = {"sam_bears_noise", "sam_bears_attack", "sam_bears_rounding"}


def test_networks_that_were_not_measured_are_left_out():
    found, networks = made(), ["sgd", "gaussian", "sam"]
    least = {claim.id for claim in tested.claims(found.sel(network=networks))}
    more = {name: {claim.id for claim in tested.claims(found.sel(network=[*networks, name]))} - least
            for name in ("sam_multistep", "sam_linf")}
    assert more == {"sam_multistep": {"more_steps_change_little"}, "sam_linf": {"linf_bears_rounding"}}
    assert least | set().union(*more.values()) == set(claims())


def test_what_is_lost_by_hand():
    found = lost(made(clean={"sam": 90.0}, left={"sam": 60.0}))
    assert {name: float(values.sel(network="sam").mean()) for name, values in found.items()} == pytest.approx(
        {"gaussian": 30, "adversarial": 30, "low_bits": 30}
    )
    assert float(found["low_bits"].sel(network="sgd").mean()) == pytest.approx(40)


def test_a_better_sam_generalises_and_bears_no_more():
    found = claims(clean={"sam": 90.0}, left={"sam": 50.0})                  # both lose 40
    supported = {name for name, claim in found.items() if claim.verdict == "supported"}
    assert supported == {"sam_generalises", "adversarial_beats_random"}
    assert found["sam_generalises"].effect == pytest.approx(10)
    assert found["more_steps_change_little"].verdict == "contradicted"


def test_a_sam_that_loses_less_bears_more_whatever_its_accuracy():
    found = claims(clean={"sam": 70.0}, left={"sam": 60.0})                  # loses 10, others 40
    assert all(found[name].verdict == "supported" for name in BEARS)
    assert found["sam_bears_noise"].effect == pytest.approx(30)
    assert found["sam_generalises"].verdict == "contradicted"
    assert found["linf_bears_rounding"].verdict == "contradicted"
    worse = claims(left={"sam": 20.0})
    assert all(worse[name].verdict == "contradicted" for name in BEARS)


def test_curvature_is_compared_as_a_ratio():
    found = claims(eigenvalue={"sgd": 24.0, "sam": 3.0})["sam_is_flatter"]
    assert found.effect == pytest.approx(3, abs=0.2)                         # halved three times
    assert found.verdict == "supported"
    assert claims(eigenvalue={"sgd": 3.0, "sam": 24.0})["sam_is_flatter"].verdict == "contradicted"


def test_noise_training_is_compared_under_noise():
    found = claims(left={"gaussian": 70.0})
    assert found["noise_training_bears_noise"].effect == pytest.approx(30)
    assert found["noise_training_bears_noise"].verdict == "supported"


@pytest.mark.parametrize(
    ("network", "rests"),
    [("sgd", {"sam_generalises", "sam_is_flatter", "noise_training_bears_noise", *BEARS}),
     ("sam_linf", {"linf_bears_rounding"}), ("sam_multistep", {"more_steps_change_little"})],
)
def test_no_claim_rests_on_a_network_that_did_not_learn(network, rests):
    found = claims(clean={network: 11.0})
    assert {name for name, claim in found.items() if claim.verdict == "not tested"} == rests
