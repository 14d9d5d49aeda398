"""The end of this experiment: its claims, the papers' numbers beside ours, figures.

Numbers of Wu et al. are of ResNet-110 on CIFAR-10: accuracies and blocks in the file of results and the names
of the weights that the authors published (github.com/Tushar-N/blockdrop). Of Veit et al. no number is
printed: none could be verified.
"""

import numpy as np
import xarray as xr

from stages.blockdrop.about import ABOUT
from stages.blockdrop.claims import of_parts, of_policies
from stages.blockdrop.images import some_of_role
from stages.blockdrop.params import Blockdrop
from stages.blockdrop.results import (
    CUT,
    NETWORKS,
    POLICIES,
    RIVALS,
    TUNED,
    by_difficulty,
    lesions,
    networks,
    paths,
    policies,
)
from stages.core.charts import dots, lines, matrix, side_by_side, table, write_lines, write_losses
from stages.core.pages import accuracies, conditions, means, publish
from stages.core.params import read
from stages.core.seeds import listed
from stages.core.stage import main

CHANCE = 10, "chance"                                        # percent; ten classes
PAPER = {"residual": ("93.2", "54"), "curriculum": ("75.4", "20.1"), "careful": ("93.6", "16.9 ± 3.7")}


def networks_table(whole, cut):
    """What the networks can do whole, and without one part."""
    alone = {name: one.alone.mean("part") for name, one in cut.items()}
    return table(
        "Networks, whole and without one part", NETWORKS,
        {
            "test accuracy, %": whole.right, "without one part, %": alone,
            "points lost": {name: whole.right.sel(network=name, drop=True) - one
                            for name, one in alone.items()},
        },
        "A part is a block of two convolutions, or a layer of VGG; a mean over all of them.",
    )


def orders_table(whole, cut):
    """What exchanges of parts cost, and how far the order is from the original."""
    cases = {(name, swaps): one.sel(swaps=swaps) for name, one in cut.items() for swaps in one.swaps.values}
    return table(
        "Parts that have exchanged their places",
        {(name, swaps): f"{CUT[name]}, {swaps:.0f}" for name, swaps in cases},
        {
            "Kendall’s τ": {key: f"{float(one.tau.mean()):.2f}" for key, one in cases.items()},
            "test accuracy, %": {key: one.shuffled for key, one in cases.items()},
            "points lost": {key: whole.right.sel(network=key[0], drop=True) - one.shuffled
                            for key, one in cases.items()},
        },
        "Exchanges are of two blocks of the same shape, or twice as many of two layers of VGG; the mean of "
        "Kendall’s τ of the order, 1 where nothing has moved.",
        of="network, exchanges",
    )


def papers_table(whole, chosen, before):
    """Wu et al.'s accuracy and blocks beside ours."""
    rows = {"residual": "all blocks", "curriculum": "policies after the curriculum"} | {
        name: f"{words} policies, trained with the network" for name, words in POLICIES.items()}
    blocks = chosen.gates.sum("block")
    right = {"residual": whole.right.sel(network="residual"), "curriculum": before.right}
    used = {"residual": str(chosen.sizes["block"]), "curriculum": before.gates.sum("block")}
    for name in POLICIES:
        right[name], used[name] = chosen.learned.sel(policy=name), blocks.sel(policy=name)
    return table(
        "Accuracy and blocks: the paper's beside ours", rows,
        {
            "paper: test accuracy, %": {name: accuracy for name, (accuracy, _) in PAPER.items()},
            "paper: blocks": {name: number for name, (_, number) in PAPER.items()},
            "ours: test accuracy, %": right, "ours: blocks": used,
            "ours: different policies": different(before.gates, chosen.gates),
        },
        "The paper's numbers are of ResNet-110 on CIFAR-10 after 7,000 epochs, where an error costs 10. "
        "Different policies are a mean over seeds, of all test images.",
        of="blocks that run",
    )


def different(before, gates):
    """How many different policies the test images have, a mean over seeds."""
    def number(one):
        counts = [len(np.unique(one.sel(seed=seed).transpose("image", "block"), axis=0)) for seed in one.seed]
        return f"{np.mean(counts):.0f}"

    return {"curriculum": number(before)} | {name: number(gates.sel(policy=name)) for name in POLICIES}


def part_figures(whole, cut):
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


def paths_figures(found):
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


def rivals_figures(whole, chosen):
    """Accuracy with learned policies, and with as many blocks chosen otherwise."""
    panels = {}
    for name, words in POLICIES.items():
        share = 100 * float(chosen.gates.sel(policy=name).mean())
        shown = {rival: chosen[rival].sel(policy=name) for rival in RIVALS}
        panels[f"{words.capitalize()}: {share:.0f} % of blocks"] = {"accuracy": shown}
    level = float(whole.right.sel(network="residual").mean()), "the whole network"

    def drawn(name, caption, rivals, claims, lowest):
        return dots(f"blockdrop/{name}", caption, panels, {rival: RIVALS[rival] for rival in rivals},
                    "test accuracy, %", level, claims, (lowest, 100))

    return [
        drawn("tuned", "Test accuracy of networks that were trained on with the blocks that they run: "
              "learned policies, and as many blocks chosen otherwise.", TUNED,
              ["policy_beats_random", "policy_beats_one_set", "policies_fit_their_images"], 70),
        drawn("untuned", "Test accuracy with as many blocks as learned policies run, of networks that "
              "were not trained on with them.", [name for name in RIVALS if name not in TUNED],
              ["stochastic_depth_bears_dropping"], 0),
    ]


def blocks_figures(whole, chosen, labels, classes):
    """Who uses how many blocks, and which."""
    blocks, most = chosen.gates.sum("block"), f"blocks of {chosen.sizes['block']}"
    of_class = {words: {c: blocks.sel(policy=name).isel(image=labels == c) for c in range(len(classes))}
                for name, words in POLICIES.items()}
    quarters = by_difficulty(blocks.rename(policy="network"), whole.margin.sel(network="residual"))
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


def setting(settings, seeds):
    """What the numbers depend on, in words."""
    shape, role = settings.shape, some_of_role()
    words = conditions(
        role, settings.training, seeds, "blockdrop/residual",
        f"ResNet-{shape.depth}, {shape.blocks} blocks, and VGG of as many convolutions; width {shape.width}, "
        f"images {shape.pool} times smaller",
    )
    return words | {"training": f"{words['training']}; policies {settings.curriculum.epochs} epochs, then "
                                f"{settings.joint.epochs} with the network"}


def answer(whole, cut, found, chosen):
    """Why residual networks are better here than VGG, and what policies do, in numbers."""
    right, used = means(whole.right), 100 * float(chosen.gates.mean())
    lost = {name: right[name] - float(one.alone.mean()) for name, one in cut.items()}
    short = float(found.share.where(found.length < found.length.max() / 2).sum("length").mean())
    at = {name: float(chosen[name].mean()) for name in TUNED}
    return (
        f"Whole, the residual network has {right['residual']:.1f} % of the test images right and VGG "
        f"{right['vgg']:.1f} %; without one part they lose {lost['residual']:.0f} and {lost['vgg']:.0f} "
        "points. Why is the residual network better here? There is a way around each of its blocks: "
        f"{short:.0f} % of the gradient comes along paths through less than half of them, where VGG has a "
        f"single path, through all its layers. Learned policies run {used:.0f} % of the blocks and have "
        f"{at['learned']:.1f} % right; trained on as long, random blocks have {at['random_tuned']:.1f} %, "
        f"and one set of blocks for all images {at['fixed_tuned']:.1f} %."
    )


def run():
    settings = read("blockdrop", Blockdrop)
    seeds = listed(settings.seeds)
    role = some_of_role()
    labels, classes = role.test.labels.cpu().numpy(), role.classes
    whole, cut, found, (chosen, before) = networks(seeds), lesions(seeds), paths(seeds), policies(seeds)
    several = side_by_side({name: one.several for name, one in cut.items()})
    write_lines("plots/blockdrop/curves/several.csv", several, "dropped", CUT)
    write_losses("blockdrop", {"blockdrop": NETWORKS}, seeds)
    publish(
        ABOUT, setting(settings, seeds), answer(whole, cut, found, chosen),
        [*of_parts(whole, cut, found), *of_policies(whole, chosen, before)],
        [networks_table(whole, cut), orders_table(whole, cut), papers_table(whole, chosen, before)],
        [*part_figures(whole, cut), *paths_figures(found), *rivals_figures(whole, chosen),
         *blocks_figures(whole, chosen, labels, classes)],
        **accuracies(whole.right),
        **{f"{name}_test_accuracy": float(chosen.learned.sel(policy=name).mean()) for name in POLICIES},
        **{f"{name}_share_of_blocks": float(chosen.gates.sel(policy=name).mean()) for name in POLICIES},
    )


if __name__ == "__main__":
    main(run)
