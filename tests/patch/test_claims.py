"""Claims from measurements made by hand: every one points the right way and rests on networks that learnt."""

import numpy as np
import pytest
import xarray as xr

from stages.patch import claims as tested
from stages.patch.params import DEFENCES, POOL
from stages.patch.results import Results

SEEDS, N, SIZES = [1, 2, 3], 1000, [3, 5, 16]
TARGETED, UNTARGETED = [5, 20, 95], [30, 50, 90]             # percent, by size
OTHERS = [1, 4, 57]                                          # of the ResNet's patches on other networks
OWN = {"resnet": 95, "robust": 40, "cutout": 60, "median": 80}
INSIDE, BORDER, ENSEMBLE, SINGLE, PIECE, WRONG = 90, 80, 70, 50, 20, 10


def data(axes, percent, wrong, names="named"):
    """A Dataset in which, along the axes, so many percent of the images are called their target, which is 1;
    all are of class 0, and but for `wrong` percent are right without a patch. Seeds and images differ a bit.
    """
    rng = np.random.default_rng(0)
    rates = np.asarray(percent, float)[..., None, None] + rng.normal(0, 0.2, (len(SEEDS), 1))
    named = (100 * np.arange(N) / N < rates).astype(float)
    files = {name: axes[name] for name in ("network", "size") if name in list(axes)[:1]} | {"seed": SEEDS}
    clean = np.where(np.arange(N) % 10 < wrong / 10, 2.0, 0.0) * np.ones([*map(len, files.values()), 1])
    return xr.Dataset({
        names: ([*axes, "seed", "image"], named), "clean": ([*files, "image"], clean),
        "label": ("image", np.zeros(N)), "target": ("image", np.ones(N)),
    }, {**axes, "seed": SEEDS})


def made(**changes):
    """Results with `changes` of the numbers above."""
    at = {name: changes.get(name, value) for name, value in globals().items() if name.isupper()}
    success = data({"size": SIZES, "kind": ["targeted", "untargeted", "piece"]},
                   np.transpose([at["TARGETED"], at["UNTARGETED"], [at["PIECE"]] * 3]), at["WRONG"])
    places = np.full((4, 4), at["BORDER"])
    places[1:3, 1:3] = at["INSIDE"]
    moved = np.full((4, 5, 2), at["SINGLE"])
    moved[:, 4] = at["ENSEMBLE"]
    moved[range(4), range(4)] = 99
    transfer = data({"network": list(POOL), "source": [*POOL, "ensemble"],
                     "kind": ["targeted", "untargeted"]}, moved, at["WRONG"])
    sizes = np.zeros((4, 3, 2))
    sizes[..., 0] = [at["TARGETED"]] + [at["OTHERS"]] * 3
    by_size = data({"network": list(POOL), "size": SIZES, "square": ["patch", "grey"]}, sizes, at["WRONG"],
                   "by_size")
    defences = data({"network": ["resnet", *DEFENCES], "kind": ["own"]},
                    [[one] for one in at["OWN"].values()], at["WRONG"])
    corners = [0, 4, 8, 12]
    whole = Results(success, data({"row": corners, "column": corners}, places, at["WRONG"]),
                    transfer.assign(by_size=by_size.by_size), defences)
    for name, one in vars(whole).items():
        assert one.sizes["seed"] == 3, name
    return whole


def claims(**changes):
    return {claim.id: claim for claim in tested.claims(made(**changes))}


def verdicts(found, verdict):
    return {name for name, claim in found.items() if claim.verdict == verdict}


def test_all_can_be_supported():
    found = claims(UNTARGETED=[30, 50, 20])
    assert verdicts(found, "supported") == set(found)
    ours = {name for name, claim in found.items() if claim.source == "our question"}
    assert set(found) - ours == {"success_grows_with_size", "largest_patches_win", "patches_beat_photographs"}


@pytest.mark.parametrize(("changes", "name", "effect"), [
    ({"TARGETED": [98, 20, 95]}, "success_grows_with_size", -3),
    ({"TARGETED": [5, 20, 80]}, "largest_patches_win", -10),
    ({"PIECE": 97}, "patches_beat_photographs", -2),
    ({"UNTARGETED": [3, 10, 90]}, "untargeted_is_easier", -6),
    ({"OTHERS": [4, 14, 57]}, "small_patches_transfer_worse", ((3 - 4) + (12 - 14)) / 2),
    ({"ENSEMBLE": 45}, "ensembles_transfer_better", -5),
    ({"OWN": OWN | {"robust": 97}}, "robust_networks_are_harder", -2),
    ({"OWN": OWN | {"cutout": 98}}, "cutout_helps", -3),
    ({"OWN": OWN | {"median": 99}}, "median_filter_helps", -4),
    ({"INSIDE": 70}, "inside_beats_border", -10),
])
def test_each_can_be_contradicted_alone(changes, name, effect):
    found = claims(**changes)
    assert found[name].effect == pytest.approx(effect, abs=0.7)
    assert name in verdicts(found, "contradicted")


def test_nothing_is_tested_on_networks_that_have_not_learnt():
    assert verdicts(claims(WRONG=90), "not tested") == set(claims())
