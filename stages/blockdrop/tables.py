"""The tables of this experiment's page.

Numbers of Wu et al. are of ResNet-110 on CIFAR-10: accuracies and blocks in the file of results and the names
of the weights that the authors published (github.com/Tushar-N/blockdrop). Of Veit et al. no number is
printed: none could be verified.
"""

import numpy as np

from stages.blockdrop.results import CUT, NETWORKS, POLICIES
from stages.core.charts import table

PAPER = {"residual": ("93.2", "54", "–"), "curriculum": ("75.4", "20.1", "7,787"),
         "careful": ("93.6", "16.9 ± 3.7", "469")}


def networks(whole, cut):
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


def orders(whole, cut):
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


def papers(whole, chosen, before, gammas):
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
            **{f"paper: {what}": {name: numbers[i] for name, numbers in PAPER.items()}
               for i, what in enumerate(("test accuracy, %", "blocks", "different policies"))},
            "ours: test accuracy, %": right, "ours: blocks": used,
            "ours: different policies": different(before.gates, chosen.gates),
        },
        "The paper's numbers are of ResNet-110 on CIFAR-10: a curriculum of 5,000 epochs, then 2,000 with "
        "the network, in which an error costs 10; its ± is the deviation over images. Ours: an error costs "
        f"{gammas.sparing.gamma:g} to sparing policies and {gammas.careful.gamma:g} to careful ones. "
        "Different policies are those of all test images (the paper's: 10,000), a mean over seeds.",
        of="blocks that run",
    )


def different(before, gates):
    """How many different policies the test images have, a mean over seeds."""
    def number(one):
        counts = [len(np.unique(one.sel(seed=seed).transpose("image", "block"), axis=0)) for seed in one.seed]
        return f"{np.mean(counts):.0f}"

    return {"curriculum": number(before)} | {name: number(gates.sel(policy=name)) for name in POLICIES}
