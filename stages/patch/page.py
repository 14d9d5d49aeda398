"""The end of this experiment: its claims, tables and figures.

Numbers of Brown et al. 2017 are read off the plots of the notebook that its authors published (± 2 points):
patches of one network on that network, ImageNet, the target toaster; area as a share of the image.
"""

import torch.nn.functional as F

from stages.core.charts import dots, lines, matrix, saved, side_by_side, table, write_lines
from stages.core.data import load_role
from stages.core.pages import conditions, publish
from stages.core.params import Depth, Training, read
from stages.core.plots import picture_grid
from stages.core.seeds import listed
from stages.core.stage import main
from stages.patch.about import ABOUT
from stages.patch.claims import claims
from stages.patch.params import DEFENCES, POOL, SIDE, Patch
from stages.patch.results import (
    KINDS,
    NETWORKS,
    by_target,
    carried,
    confusion,
    errs,
    pictures,
    results,
    right,
    says_target,
    succeeds,
)

CHANCE = 10, "chance"                                        # percent; ten classes
NOTEBOOK = {"5 %": (54, 14, 0), "10 %": (89, 77, 38), "20 %": (99, 92, 85), "30 %": (100, 97, 96)}


def size_words(sizes):
    """How tables call a size: pixels, and share of the image."""
    return {int(side): f"{side}×{side}, {100 * side**2 / SIDE**2:.1f} %" for side in sizes}


def success_tables(found, sizes, classes):
    """Success by size beside controls, by target, and the paper's by area."""
    named, missed = says_target(found.success), errs(found.success)
    own, other = carried(found.transfer)
    at = {int(side): {"size": side, "drop": True} for side in sizes}
    return [
        table(
            "Success in % on a ResNet by size of the patch", size_words(sizes),
            {f"{heading}: {words}": {key: values.sel(kind=kind, **where) for key, where in at.items()}
             for heading, values, kinds in (
                 ("target named", named, ("targeted", "grey", "piece")),
                 ("errs", missed, ("untargeted", "grey", "noise")))
             for kind, words in KINDS.items() if kind in kinds}
            | {"more than grey, on it": {key: own.sel(**where) for key, where in at.items()},
               "more than grey, on other networks": {key: other.sel(**where) for key, where in at.items()}},
            "Target named: of images that are not called so without a patch. Errs: of images that are "
            "right without one. More than grey: target named; other networks are DenseNet, VGG and a deeper "
            "ResNet, with the same patches.",
            of="size, share of the image",
        ),
        table(
            "Success of targeted patches in %, by target", {name: name for name in classes},
            {words: by_target(found.success, classes)[side] for side, words in size_words(sizes).items()},
            of="target",
        ),
        table(
            "The paper’s success in % by share of the image, for comparison", {key: key for key in NOTEBOOK},
            {name: {key: values[i] for key, values in NOTEBOOK.items()}
             for i, name in enumerate(("Xception", "ResNet-50", "VGG-19"))},
            "Patches of each network on itself, ImageNet, target toaster, circles turned by up to 22.5°: "
            "read off the plots of the authors’ notebook, ± 2 points.", of="share of the image",
        ),
    ]


def networks_table(found):
    """Accuracy of all networks, and success of patches on them."""
    defended, clean = says_target(found.defences), right(found.defences).rename("right")
    rows = {name: NETWORKS[name] for name in ("resnet", *DEFENCES)}
    return table(
        "Networks that might withstand patches of the largest size, in %", rows,
        {"right without a patch": clean, "target named: patch learnt for it": defended.sel(kind="own"),
         "patch of the ResNet": defended.sel(kind="carried"),
         "piece of an image": defended.sel(kind="piece"),
         "errs: untargeted patch learnt for it": errs(found.defences).sel(kind="untargeted")},
        "Median filter: the ResNet behind it; patches are learnt through it.",
    )


def size_figure(found):
    """Success by size, of patches and controls."""
    named, missed = (of(found.success).rename(kind="network") for of in (says_target, errs))
    return lines(
        "patch/size", "How often a square at a random place makes a ResNet name the target, of images that "
        "it does not call so without one; and how often it makes the ResNet err, of images that it has right "
        "without one. Without a square, both are 0.",
        {"The target is named": (named, "size", "side of the square, pixels"),
         "The network errs": (missed, "size", "side of the square, pixels")},
        KINDS, "images, %", CHANCE,
        claims=["success_grows_with_size", "largest_patches_win", "patches_beat_photographs",
                "untargeted_is_easier"], ylim=(0, 100),
    )


def patches_figure(sizes, classes, seed):
    """The patches themselves, of one seed, brought to one size."""
    largest = int(sizes[-1])
    rows = [(f"{side}×{side}", F.interpolate(pictures("resnet", side, seed), largest), None)
            for side in sizes]
    rows += [(f"{NETWORKS[name]}, {largest}×{largest}", pictures(name, largest, seed), None)
             for name in (*POOL[1:], *DEFENCES)]
    return saved("patch/patches", picture_grid([*classes, "untargeted"], rows, inches=0.6),
                 f"Patches of seed {seed}, by target, all drawn at one size: of a ResNet at every size, and "
                 "of the other networks at the largest.")


def confusion_figure(found, sizes, classes):
    """Which classes images fall into, without and with untargeted patches."""
    some = found.success.sel(size=sizes[-1])
    panels = {"No patch": some.clean} | {
        f"{side}×{side}": found.success.named.sel(size=side, kind="untargeted") for side in sizes[-2:]}
    names = ", ".join(f"{i} {name}" for i, name in enumerate(classes))
    return matrix(
        "patch/classes", "Which class a ResNet names, in percent of each class's test images, all seeds "
        f"together: without a patch, and with untargeted ones. Cells without a number round to 0. {names}.",
        {title: confusion(named, some.label, len(classes)) for title, named in panels.items()},
        "named", "class", claims=["untargeted_is_easier"],
    )


def transfer_figure(found):
    """Success on each network of the patches of each."""
    sources = {**NETWORKS, "ensemble": "all others"}

    def shown(rates, kind):
        at = rates.sel(kind=kind, drop=True).mean(["seed", "image"]).transpose("source", "network")
        return at.assign_coords(source=[sources[name] for name in at.source.values],
                                network=[NETWORKS[name].replace(" ", "\n") for name in at.network.values])

    return matrix(
        "patch/transfer", "How often patches of the largest size, learnt for the network on the left or for "
        "all but the one below together, succeed on the network below: in % of the images, it names the "
        "target, or errs.",
        {"Patches for a target": shown(says_target(found.transfer), "targeted"),
         "Untargeted patches": shown(errs(found.transfer), "untargeted")}, "judged on", "learnt for",
        claims=["small_patches_transfer_worse", "ensembles_transfer_better"],
    )


def carried_figure(found):
    """Success of the ResNet's patches on itself and on the others, by size."""
    own, other = carried(found.transfer)
    return lines(
        "patch/carried", "How often patches that were learnt for a ResNet make networks name the target, "
        "less how often a grey square at the same place does: that ResNet, and the mean of the others.",
        {"Patches of a ResNet": (side_by_side({"own": own, "other": other}), "size",
                                 "side of the patch, pixels")},
        {"own": "the same ResNet", "other": "other networks"}, "more than grey, % of the images",
        (0, "no more than grey"), None,
        ["small_patches_transfer_worse"],
    )


def defences_figure(found):
    """Success on networks that might withstand."""
    at = says_target(found.defences)
    return dots(
        "patch/defences", "How often patches of the largest size make networks name the target: a ResNet, "
        "one trained on attacked images, one trained on images with squares cut out, and the first behind a "
        "median filter.",
        {"Defences": {"patch learnt for it": at.sel(kind="own"),
                      "patch of the ResNet": at.sel(kind="carried"),
                      "piece of an image": at.sel(kind="piece")}},
        {name: NETWORKS[name] for name in ("resnet", *DEFENCES)}, "target named, % of the images", CHANCE,
        ["robust_networks_are_harder", "cutout_helps", "median_filter_helps"], (0, 100),
    )


def places_figure(found):
    """Success by place."""
    at = says_target(found.places).mean(["seed", "image"])
    return matrix(
        "patch/places", "How often patches of the largest size make a ResNet name the target, in % of the "
        "images, by the place of the patch's upper left corner.",
        {"Place of the patch": at}, "column, pixels", "row, pixels", claims=["inside_beats_border"],
    )


def answer(found, sizes):
    """The experiment in three sentences, made of its numbers."""
    named, missed = says_target(found.success), errs(found.success)
    at = {kind: [float(named.sel(kind=kind, size=side).mean()) for side in sizes] for kind in KINDS}
    err = float(missed.sel(kind="untargeted", size=sizes[-1]).mean())
    moved, defended = says_target(found.transfer).sel(kind="targeted"), says_target(found.defences)
    own = {name: float(defended.sel(kind="own", network=name).mean()) for name in ("resnet", *DEFENCES)}
    single = float(moved.sel(source="resnet", network=list(POOL[1:])).mean())
    together = float(moved.sel(source="ensemble").mean())
    return (
        f"Patches of {sizes[0]} to {sizes[-1]} pixels make a ResNet name their target for "
        f"{at['targeted'][0]:.1f} to {at['targeted'][-1]:.1f} % of the images, a piece of a real image of "
        f"the target for {at['piece'][-1]:.1f} % at the largest size; without a target, a patch of that size "
        f"makes {err:.1f} % wrong. On other networks the largest succeed for {single:.1f} %, those learnt "
        f"for all others for {together:.1f} %. Learnt against it, they succeed for {own['robust']:.1f} % on "
        f"a robust network, for {own['cutout']:.1f} % after training with cutout and for "
        f"{own['median']:.1f} % through a median filter."
    )


def run():
    settings, depth = read("patch", Patch), read("robust.depth", Depth)
    seeds, sizes = listed(settings.seeds), settings.sizes
    role, found = load_role("objects"), results(settings.sizes, seeds)
    recipe = read("training", Training).model_copy(update={"depth": depth})
    success = succeeds(found.success).rename(kind="network")
    write_lines("plots/patch/curves/size.csv", success, "size", list(KINDS))
    clean = right(found.transfer).mean(["seed", "image"])
    publish(
        ABOUT, conditions(role, recipe, seeds, f"resnet{depth}/sgd"), answer(found, sizes), claims(found),
        [*success_tables(found, sizes, role.classes), networks_table(found)],
        [size_figure(found), patches_figure(sizes, role.classes, seeds[0]),
         confusion_figure(found, sizes, role.classes), carried_figure(found), transfer_figure(found),
         defences_figure(found), places_figure(found)],
        **{f"{name}_test_accuracy": float(clean.sel(network=name)) for name in POOL},
        **{f"targeted_{side}": float(success.sel(network="targeted", size=side).mean()) for side in sizes},
    )


if __name__ == "__main__":
    main(run)
