"""Claims from measurements made by hand, and what they are made of."""

import numpy as np
import pytest
import xarray as xr

from stages.dynamic.claims import attack_claims, attention_claims, gate_claims, kernel_claims
from stages.dynamic.results import by_block, of_same_cost, states

SEEDS, N = 3, 60
KERNELS = {"plain": 70.0, "two": 74.0, "three": 75.0, "four": 76.0, "five": 76.5, "flat": 72.0}
ROBUST = {"plain": (80, 20), "kernels": (82, 20), "gates": (78, 16), "plain_adversarial": (60, 40),
          "kernels_adversarial": (64, 44), "gates_adversarial": (62, 43)}       # clean, white-box
DRAWN = np.random.default_rng(0)
IMAGES = ["clean", "noise", "transfer", "white"]


def noisy(value, *axes):
    """An array around `value`, by seed and image, after `axes`, (name, places) each."""
    dims, coords = ["seed", "image", *(name for name, _ in axes)], dict(axes) | {"seed": range(1, SEEDS + 1)}
    shape = [SEEDS, N, *(len(places) for _, places in axes)]
    noise = DRAWN.normal(0, 0.2, shape)
    return xr.DataArray(noise + np.asarray(value, dtype=float), coords, dims)


def verdicts(claims):
    return {claim.id: claim.verdict for claim in claims}


def under(robust=ROBUST, moved=(0, 1.0, 2.0, 5.0)):
    """What `attacks` gives: right and moved by `images`."""
    made = {kind: xr.Dataset({"right": noisy([clean, clean, clean - 5, white], ("images", IMAGES))})
            for kind, (clean, white) in robust.items()}
    return {kind: one if kind.startswith("plain") else one.assign(moved=noisy(moved, ("images", IMAGES)))
            for kind, one in made.items()}


def test_claims_on_kernels():
    found = {claim.id: claim for claim in kernel_claims({k: noisy(v) for k, v in KERNELS.items()})}
    assert {claim.verdict for claim in found.values()} == {"supported"}
    effects = [found[name].effect for name in ("kernels_help", "gains_level_off", "annealing_helps")]
    assert effects == pytest.approx([6, 6 / 3 - 0.5, 4], abs=0.2)
    straight = KERNELS | {"five": 78.0}                      # two points a kernel, to the last
    assert verdicts(kernel_claims({k: noisy(v) for k, v in straight.items()}))["gains_level_off"] == (
        "inconclusive")
    worse = KERNELS | {"four": 69.0, "five": 76.0, "flat": 71.0}
    assert set(verdicts(kernel_claims({k: noisy(v) for k, v in worse.items()})).values()) == {"contradicted"}
    flat = KERNELS | {"flat": 12.0}
    assert verdicts(kernel_claims({k: noisy(v) for k, v in flat.items()}))["annealing_helps"] == "not tested"


def test_claims_with_seeds_of_their_own():
    """Networks have as many seeds as they were given: what is compared are the ones that both have."""
    right = {name: noisy(value) for name, value in KERNELS.items()}
    more = xr.concat([right["four"], right["four"].assign_coords(seed=[4, 5, 6])], "seed")
    found = {claim.id: claim.basis for claim in kernel_claims(right | {"four": more})}
    assert set(found.values()) == {"3 seeds × 60 images"}


def test_the_claim_on_attention():
    four, layers = noisy(75.0), ("layer", ["early", "middle", "late"])
    assert attention_claims(noisy([20, 25, 40], layers), four)[0].effect == pytest.approx(20, abs=0.2)
    assert attention_claims(noisy([40, 25, 20], layers), four)[0].verdict == "contradicted"


def test_claims_on_gates():
    right = {name: noisy(value) for name, value in {"medium": 72.0, "unshaped": 70.0}.items()}
    conditional = {name: noisy(value).mean("image") for name, value in {"medium": 80, "unshaped": 60}.items()}
    found = {claim.id: claim for claim in gate_claims(right, noisy(69.0), conditional)}
    assert {claim.verdict for claim in found.values()} == {"supported"}
    assert found["gates_beat_narrow"].effect == pytest.approx(3, abs=0.2)
    assert found["shaping_keeps_gates_conditional"].effect == pytest.approx(20, abs=0.2)
    assert found["shaping_keeps_gates_conditional"].unit == "% of gates"
    swapped = dict(zip(conditional, [*conditional.values()][::-1], strict=True))
    turned = gate_claims(right, noisy(75.0), swapped)
    assert set(verdicts(turned).values()) == {"contradicted"}


def test_claims_under_attack():
    found = {claim.id: claim for claim in attack_claims(under())}
    assert len(found) == 8
    assert {claim.verdict for claim in found.values()} == {"supported"}
    assert found["attack_moves_attention"].effect == pytest.approx(4, abs=0.2)
    assert found["transfer_moves_gates"].effect == pytest.approx(1, abs=0.2)
    assert found["kernels_not_more_robust"].effect == pytest.approx(62 - 60 + 1, abs=0.2)
    assert found["gates_learn_robustness"].effect == pytest.approx(3, abs=0.2)


def test_claims_under_attack_can_be_contradicted():
    robust = ROBUST | {"kernels": (80, 24), "gates": (80, 30), "kernels_adversarial": (64, 38),
                       "gates_adversarial": (62, 30)}
    assert set(verdicts(attack_claims(under(robust, (0, 3, 2, 1)))).values()) == {"contradicted"}


def test_robustness_of_a_network_that_has_not_learnt_is_not_tested():
    found = verdicts(attack_claims(under(ROBUST | {"kernels_adversarial": (12, 11)})))
    assert {name for name in found if found[name] == "not tested"} == {"kernels_learn_robustness"}


def test_a_plain_network_of_the_same_cost_by_hand():
    dense = [(4.0, noisy(80.0)), (1.0, noisy(50.0)), (2.0, noisy(70.0))]     # in any order
    cost = xr.DataArray([3.0, 1.5, 5.0], {"seed": [1, 2, 3]})
    found = of_same_cost(cost, dense)
    by_hand = [(70 + 80) / 2, (50 + 70) / 2, 80 + 5]
    assert found.mean("image").values == pytest.approx(by_hand, abs=0.3)
    exact = of_same_cost(xr.DataArray([4.0, 2.0, 1.0], {"seed": [1, 2, 3]}), dense)
    for seed, right in {1: dense[0][1], 2: dense[2][1], 3: dense[1][1]}.items():
        np.testing.assert_allclose(exact.sel(seed=seed), right.sel(seed=seed))


def test_states_of_gates_and_their_blocks():
    opened = xr.DataArray(np.zeros((200, 5)), dims=["image", "gate"])
    opened[:, 0] = 1
    opened[:199, 1] = 1                                      # 99.5 %
    opened[:197, 2] = 1                                      # 98.5 %
    opened[:1, 3] = 1                                        # 0.5 %
    found = states(opened)
    assert found.sel(network="always").values.tolist() == [100, 100, 0, 0, 0]
    assert found.sel(network="conditional").values.tolist() == [0, 0, 100, 0, 0]
    assert (found.sum("network") == 100).all()
    assert [one.sizes["gate"] for one in by_block(opened, [2, 3])] == [2, 3]
    assert by_block(opened, [2, 3])[1].mean().item() == pytest.approx((197 + 1) / 600)
