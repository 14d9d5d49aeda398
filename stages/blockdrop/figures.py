"""The figures of this experiment's page."""

import numpy as np
import xarray as xr

from stages.blockdrop.results import CUT, POLICIES, RIVALS, TUNED, by_difficulty
from stages.core.charts import dots, lines, matrix, side_by_side

CHANCE = 10, "chance"                                        # percent; ten classes


def parts(whole, cut):
    """What each part costs alone, and what k of them cost."""
    panels = {}
    for name, title in {"residual": "Residual network", "vgg": "VGG"}.items():
        one = cut[name].assign_coords(part=np.arange(1, cut[name].sizes["part"] + 1))
        marked = one.alone.where(one.narrowing.isel(seed=0, drop=True) > 0)
        panels[title] = side_by_side({"alone": one.alone, "narrowing": marked}), "part", "part left out"
    several = side_by_side({name: one.several for name, one in cut.items()})
    return [
        lines(
            "blockdrop/alone", "Test accuracy when one part is left out: a block of two convolutions of the "
            "residual network, a layer of VGG. Those that halve the image are marked.",
            panels, {"alone": "without this part", "narrowing": "it halves the image"}, "test accuracy, %",
            CHANCE, (0, 100), ["residual_bears_dropping", "narrowing_costs_most"],
        ),
        lines(
            "blockdrop/several", "Test accuracy when parts drawn at random for each image are left out: "
            "blocks of the residual network, or twice as many layers of VGG: as many convolutions.",
            {"Random parts left out": (several, "dropped", "blocks, or pairs of layers, left out")},
            CUT, "test accuracy, %", CHANCE, (0, 100), ["error_grows_gradually"],
        ),
    ]


def paths(found):
    """How many paths have each length, and how much of the gradient they carry."""
    share = side_by_side({"share": found.share, "number": found.number})
    claims = ["short_paths_carry_gradient"]
    one = np.log10(found.norm.mean("image")).expand_dims(network=["share"])
    return [
        lines(
            "blockdrop/paths", "Paths through the residual network by the number of blocks whose residual "
            "they go through: how many there are, and how much of the gradient they carry to the image, "
            "which is number times norm.", {"All paths": (share, "length", "blocks on the path")},
            {"share": "gradient", "number": "paths"}, "share, %", claims=claims,
        ),
        lines(
            "blockdrop/norms", "Mean norm of the gradient that arrives at the image along one path, on a "
            "logarithmic scale, by the number of blocks whose residual it goes through.",
            {"One path": (one, "length", "blocks on the path")}, {"share": "gradient along one path"},
            "log₁₀ of the norm", claims=claims,
        ),
    ]


def rivals(whole, chosen):
    """Accuracy with learned policies, and with as many blocks chosen otherwise."""
    panels = {}
    for name, words in POLICIES.items():
        share = 100 * float(chosen.gates.sel(policy=name).mean())
        shown = {rival: chosen[rival].sel(policy=name) for rival in RIVALS}
        panels[f"{words.capitalize()}: {share:.0f} % of blocks"] = {"accuracy": shown}
    level = float(whole.right.sel(network="residual").mean()), "the whole network"

    def drawn(name, caption, names, claims, lowest):
        return dots(f"blockdrop/{name}", caption, panels, {rival: RIVALS[rival] for rival in names},
                    "test accuracy, %", level, claims, (lowest, 100))

    return [
        drawn("tuned", "Test accuracy of networks that were trained on with the blocks that they run: "
              "learned policies, and as many blocks chosen otherwise.", TUNED,
              ["policy_beats_random", "policy_beats_one_set", "policies_fit_their_images"], 70),
        drawn("untuned", "Test accuracy with as many blocks as learned policies run, of networks that "
              "were not trained on with them.", [name for name in RIVALS if name not in TUNED],
              ["stochastic_depth_bears_dropping"], 0),
    ]


def blocks(whole, chosen, labels, classes):
    """Who uses how many blocks, and which."""
    used, most = chosen.gates.sum("block"), f"blocks of {chosen.sizes['block']}"
    of_class = {words: {c: used.sel(policy=name).isel(image=labels == c) for c in range(len(classes))}
                for name, words in POLICIES.items()}
    quarters = by_difficulty(used.rename(policy="network"), whole.margin.sel(network="residual"))
    shown = {}
    for name, words in POLICIES.items():
        run = 100 * chosen.gates.sel(policy=name).mean("seed")
        rows = [run.isel(image=labels == c).mean("image") for c in range(len(classes))]
        places = {"class": classes, "block": range(1, chosen.sizes["block"] + 1)}
        shown[f"{words.capitalize()} policies"] = xr.DataArray(rows, places, ["class", "block"])
    return [
        dots(
            "blockdrop/classes", "Blocks that learned policies run for the test images of each class.",
            {"Blocks run for each class": of_class}, {c: str(name) for c, name in enumerate(classes)}, most,
            claims=["gamma_buys_blocks"],
        ),
        lines(
            "blockdrop/margin", "Blocks that learned policies run for hard and easy test images, in quarters "
            "by the margin of the whole network: 1 is the hardest quarter, 4 the easiest.",
            {"Blocks run by difficulty": (quarters, "quarter", "quarter of the images by margin")},
            POLICIES, most, claims=["hard_images_use_more"],
        ),
        matrix(
            "blockdrop/policies", "How often learned policies run each block, in percent of the test images "
            "of each class, all seeds together. Cells without a number round to 0.", shown, "block", "class",
        ),
    ]
