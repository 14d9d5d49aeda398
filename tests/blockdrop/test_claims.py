"""Claims from measurements made by hand: every one points the right way and rests on what it says."""

import numpy as np
import pytest
import xarray as xr

from stages.blockdrop import claims as tested
from stages.blockdrop.results import NETWORKS, RIVALS, by_difficulty, harder

SEEDS, N, RNG = 3, 80, np.random.default_rng(0)
MARGIN = np.linspace(0, 1, N)                                # the first half of the images is hard


def each(values, *axes, **places):
    """An array of these values, with seeds and images that differ a little."""
    values = np.asarray(values, dtype=float)
    noise = RNG.normal(0, 0.05, (*values.shape, SEEDS, N))
    return xr.DataArray(values[..., None, None] + noise, places, [*axes, "seed", "image"])


def whole(right=(95, 94, 93, 94.8)):
    found = xr.Dataset({"right": each(right, "network", network=list(NETWORKS))})
    return found.assign(margin=xr.DataArray(np.tile(MARGIN, (len(NETWORKS), SEEDS, 1)), found.right.coords,
                                            found.right.dims))


def cut(residual=(80, 40, 85), vgg=20, several=(85, 30)):
    """Residual blocks, the second of which halves the image, and layers of VGG."""
    found = {}
    for name, alone, narrow in ("residual", residual, [0, 1, 0]), ("vgg", [vgg] * 6, [0, 0, 1, 0, 0, 0]):
        found[name] = xr.Dataset({
            "alone": each(alone, "part"), "narrowing": (("seed", "part"), [narrow] * SEEDS),
            "several": each(several, "dropped", dropped=[1, 2]),
        })
    return found


def paths(share=(40, 30, 20, 10)):
    return xr.Dataset({"share": each(share, "length", length=[0, 1, 2, 3])})


def policies(hard=7.0, easy=5.0, careful=1.0, **right):
    """Right of the rivals, and blocks of nine that policies run for hard and for easy images."""
    means = {"learned": 94, "exchanged": 90, "random_tuned": 88, "random": 30, "fixed_tuned": 92, "fixed": 60,
             "stochastic": 70} | right
    found = xr.Dataset({name: each([mean - 1, mean + 1], "policy", policy=["sparing", "careful"])
                        for name, mean in means.items()})
    used = np.where(MARGIN < 0.5, hard, easy) + np.array([0.0, careful])[:, None, None]
    used = used + RNG.normal(0, 0.05, (2, SEEDS, N))
    return found.assign(gates=(("policy", "seed", "image", "block"), used[..., None] * np.full(9, 1 / 9)))


def before(right=75.0, blocks=8.0):
    return xr.Dataset({"right": each(right), "gates": each([blocks / 9] * 9, "block")})


def claims(**case):
    """All claims, of measurements that support them unless the case has others."""
    made = {"whole": whole, "cut": cut, "paths": paths, "policies": policies, "before": before}
    at = {name: case.get(name) or make() for name, make in made.items()}
    found = [*tested.of_parts(at["whole"], at["cut"], at["paths"]),
             *tested.of_policies(at["whole"], at["policies"], at["before"])]
    return {claim.id: claim for claim in found}


def verdicts(found, verdict):
    return {name for name, claim in found.items() if claim.verdict == verdict}


def test_all_can_be_supported():
    found = claims()
    assert verdicts(found, "supported") == set(found)
    assert len(found) == 13
    ours = {name for name, claim in found.items() if claim.source == "our question"}
    assert ours == {"policy_beats_one_set", "policies_fit_their_images", "stochastic_depth_bears_dropping"}
    assert set(policies()) == {*RIVALS, "gates"}


@pytest.mark.parametrize(("name", "effect"), [
    ("residual_bears_dropping", (94 - 20) - (95 - (80 + 40 + 85) / 3)),
    ("narrowing_costs_most", 55 - (15 + 10) / 2),
    ("error_grows_gradually", (95 - 30) / 2 - (95 - 85)),
    ("short_paths_carry_gradient", 40 + 30 - 50),
    ("short_paths_suffice", 94.8 - 95 + 1),
    ("policy_beats_random", 6),
    ("policy_beats_one_set", 2),
    ("policies_fit_their_images", 4),
    ("tuning_restores", 95 - 75),                            # of careful policies, like the next
    ("tuning_saves_blocks", 8 - 7),
    ("hard_images_use_more", 2),
    ("gamma_buys_blocks", 1),
    ("stochastic_depth_bears_dropping", 40),
])
def test_effects_by_hand(name, effect):
    assert claims()[name].effect == pytest.approx(effect, abs=0.1)


@pytest.mark.parametrize(("case", "fails"), [
    ({"cut": cut(residual=[20, 10, 20], vgg=60)}, {"residual_bears_dropping"}),
    ({"cut": cut(residual=[60, 80, 70])}, {"narrowing_costs_most"}),
    ({"cut": cut(several=[50, 30])}, {"error_grows_gradually"}),
    ({"paths": paths([20, 20, 30, 30])}, {"short_paths_carry_gradient"}),
    ({"whole": whole([95, 94, 93, 92])}, {"short_paths_suffice"}),
    ({"policies": policies(random_tuned=95, fixed_tuned=96, exchanged=94.5)},
     {"policy_beats_random", "policy_beats_one_set", "policies_fit_their_images"}),
    ({"before": before(96, 5)}, {"tuning_restores", "tuning_saves_blocks"}),
    ({"policies": policies(hard=5, easy=7, careful=-1)}, {"hard_images_use_more", "gamma_buys_blocks"}),
    ({"policies": policies(stochastic=25)}, {"stochastic_depth_bears_dropping"}),
])
def test_what_is_contradicted(case, fails):
    assert verdicts(claims(**case), "contradicted") == fails


def test_nothing_is_tested_if_the_network_has_not_learnt():
    assert verdicts(claims(whole=whole([12, 94, 93, 12])), "not tested") == set(claims())


def test_the_middle_length_is_no_short_path():
    even = xr.Dataset({"share": each([10, 30, 20, 30, 10], "length", length=range(5))})
    assert claims(paths=even)["short_paths_carry_gradient"].effect == pytest.approx(-10, abs=0.1)


def test_images_by_their_margin():
    margin = xr.DataArray([[0.3, 0.9, 0.1, 0.5, 0.7, 0.2, 0.8, 0.6]], {"seed": [1]}, ["seed", "image"])
    assert harder(margin).values.tolist() == [[1, -1, 1, 1, -1, 1, -1, -1]]
    values = xr.DataArray([[[*range(8)]]], {"network": ["a"], "seed": [1]}, ["network", "seed", "image"])
    quarters = by_difficulty(values, margin)
    assert quarters.dims == ("network", "seed", "quarter", "image")
    assert quarters.values[0, 0].tolist() == [[2, 5], [0, 3], [7, 4], [6, 1]]
