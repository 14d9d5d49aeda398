"""Claims from results made by hand: every one points the right way."""

import numpy as np
import pytest

from stages.noise.claims import all_claims, per_image
from stages.noise.results import NETWORKS

BITS = [8, 4, 2]


def results(clean, gaussian=0.0, low_bits=0.0, adversarial=0.0, n=40):
    """Measures of one network, one seed, n images: each is the share of images that are right."""

    def share(value, *shape):
        return np.broadcast_to((np.arange(n) < value * n).astype(float), (1, *shape, n))

    robustness = {
        "clean": share(clean), "gaussian": share(gaussian, 3, 2), "per_channel": share(low_bits, 3),
        "per_tensor": np.concatenate([share(1.0, 1), share(low_bits, 2)], axis=1),     # 8 bits must not count
    }
    return robustness, {"adversarial_l2": share(adversarial, 3)}


def test_percent_right_by_hand():
    right = per_image(*results(clean=0.5, gaussian=0.25, low_bits=0.75, adversarial=0.1), BITS)
    assert {name: values.mean() for name, values in right.items()} == pytest.approx(
        {"clean": 50, "gaussian": 25, "low_bits": 75, "adversarial": 10}
    )
    assert all(values.shape == (1, 40) for values in right.values())


def claims(curvature=None, **shares):
    """The claims when networks have these shares of everything; the others have 0.5."""
    right = {
        network: per_image(*results(*[shares.get(network, 0.5)] * 4), BITS) for network in NETWORKS
    }
    curvature = {network: np.full((1, 4), (curvature or {}).get(network, 10.0)) for network in NETWORKS}
    return {claim.id: claim for claim in all_claims(right, curvature, steps=2)}


FOR_SAM = {"sam_generalises", "sam_bears_noise", "sam_bears_attack", "sam_bears_rounding"}


def test_what_a_better_sam_supports():
    found = claims(sam=0.9)
    assert {name for name, claim in found.items() if claim.verdict == "supported"} == {
        *FOR_SAM, "adversarial_beats_random",
    }
    assert found["sam_generalises"].effect == pytest.approx(40)
    assert found["linf_bears_rounding"].verdict == "contradicted"
    assert found["more_steps_change_little"].verdict == "contradicted"


def test_what_a_worse_sam_contradicts():
    found = claims(sam=0.1)
    assert all(found[name].verdict == "contradicted" for name in FOR_SAM)
    assert found["linf_bears_rounding"].verdict == "supported"


def test_curvature_counts_downwards():
    assert claims({"sgd": 24.0, "sam": 1.0})["sam_is_flatter"].effect == 23.0
    assert claims({"sgd": 24.0, "sam": 1.0})["sam_is_flatter"].verdict == "supported"
    assert claims({"sgd": 1.0, "sam": 24.0})["sam_is_flatter"].verdict == "contradicted"


def test_noise_training_is_compared_under_noise():
    found = claims(gaussian=0.8)
    assert found["noise_training_bears_noise"].effect == pytest.approx(30)
    assert found["adversarial_beats_random"].verdict == "contradicted"


def test_equal_networks_decide_nothing_but_that_steps_change_little():
    found = claims()
    assert found.pop("more_steps_change_little").verdict == "supported"
    assert {claim.verdict for claim in found.values()} == {"inconclusive"}
