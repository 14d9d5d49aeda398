"""The tables of this experiment's page."""

import numpy as np

from stages.core.charts import table
from stages.dynamic.results import STATES, millions, right, states

KERNELS = {
    "plain": "1 kernel, plain", "two": "2 kernels", "three": "3 kernels", "four": "4 kernels",
    "five": "5 kernels", "flat": "4 kernels, temperature 1",
}
GATED = {
    "light": "gates, low price", "medium": "gates", "heavy": "gates, high price",
    "unshaped": "gates, no batch shaping",
}
NARROW = {"plain": "plain", "wider": "plain, narrower", "narrower": "plain, narrowest"}
LAYERS = {"early": "first layer", "middle": "middle layer", "late": "last layer"}
KINDS = {"plain": "plain", "kernels": "4 kernels", "gates": "gates"}
WAYS = {"": "trained on clean images", "_adversarial": "trained on attacked images"}
SETS = {"clean": "clean", "noise": "noise", "transfer": "transferred attack", "white": "white-box attack"}
CHANGED = {key: words for key, words in SETS.items() if key != "clean"}


def kernels(found, cost):
    """Accuracy against kernels, with parameters and operations."""
    return table(
        "Accuracy in %, by kernels in every convolution", KERNELS,
        {
            "parameters": {name: f"{int(cost.parameters.sel(network=name)):,}" for name in KERNELS},
            "MFLOPs": {name: f"{float(cost.operations.sel(network=name)) / 1e6:.2f}" for name in KERNELS},
            "seeds": {name: one.sizes["seed"] for name, one in found.items()},
            "training images": right(found, "train"),
            "test images": right(found),
        },
        "MFLOPs: millions of floating-point operations for one image by torch's counter, two for each "
        "multiply-accumulate; mixing the kernels is among them. One seed only draws the curve.",
    )


def attention(probed, looked, layers):
    """What a linear probe reads from attention, how many kernels it uses and how it differs over images."""
    mean, deviation = looked.mean("image"), 100 * looked.std("image").mean("kernel")
    used = np.exp(-(mean * np.log(mean)).sum("kernel"))
    return table(
        "The attention of single layers of networks with four kernels",
        {layer: f"{words}, {layers[layer]}" for layer, words in LAYERS.items()},
        {
            "class by linear probe, % right": {layer: probed.sel(layer=layer) for layer in LAYERS},
            "kernels in use": {layer: used.sel(layer=layer) for layer in LAYERS},
            "deviation over images, %": {layer: deviation.sel(layer=layer) for layer in LAYERS},
        },
        "A probe is right on 10 % by chance. Kernels in use: the exponential of the entropy of the mean "
        "attention, 4 if all are used alike. Deviation: of a kernel's attention, 0 if it is the same for all "
        "images.", of="layer",
    )


def gates(found, dense, cost, alike):
    """Accuracy and cost of gated and of plain networks, and what gates do."""
    macs = {name: cost.sel(network=name) for name in NARROW} | millions(found)
    whole = float(macs["plain"])
    state = {name: states(one.open).mean("gate") for name, one in found.items()}
    return table(
        "Test accuracy in % against multiply-accumulates an image", NARROW | GATED,
        {
            "millions": {name: f"{float(one.mean()):.2f}" for name, one in macs.items()},
            "% of plain": {name: 100 * one / whole for name, one in macs.items()},
            "accuracy": dense | right(found),
            "plain of the same cost": alike,
            **{words: {name: one.sel(network=key) for name, one in state.items()}
               for key, words in STATES.items()},
        },
        "The multiply-accumulates of a network with gates are those of the channels that are open and of "
        "the gates themselves, mean over test images. A plain network of the same cost is interpolated "
        "between the three widths; below the narrowest the line is drawn on, which is a guess. The last "
        "three columns are % of gates: open for more than 99 % of test images, for fewer than 1 %, or "
        "neither, which is conditional.",
    )


def attacks(found):
    """Accuracy under attack, and what moves, of three kinds of network trained in two ways."""
    rows = {f"{kind}{way}": f"{words}, {how}" for way, how in WAYS.items() for kind, words in KINDS.items()}
    moved = {name: one.moved for name, one in found.items() if "moved" in one}
    return [table(
        "Accuracy under attack, in %", rows,
        {words: {name: one.right.sel(images=key) for name, one in found.items()}
         for key, words in SETS.items()},
        "Transferred attacks were made on the plain network that was trained on clean images. Noise changes "
        "every pixel as much as the white-box attack, up or down by chance, as far as [0, 1] allows.",
    ), table(
        "How far attention, by total variation, and gates, by the share that changes, move from those of the "
        "clean image, in %", {name: rows[name] for name in moved},
        {words: {name: one.sel(images=key) for name, one in moved.items()} for key, words in CHANGED.items()},
        digits=2,
    )]
