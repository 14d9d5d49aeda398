"""The figures of this experiment's page."""

import numpy as np
import xarray as xr

from stages.core.charts import dots, ends, explained, lines, matrix, saved
from stages.core.plots import COLOURS, figure, legend, style
from stages.dynamic.results import STATES, by_block, millions, right, states
from stages.dynamic.tables import CHANGED, GATED, KERNELS, KINDS, LAYERS, NARROW, SETS, WAYS

CHANCE = 10, "chance"                                        # percent; ten classes
SHARES = np.linspace(0, 1, 21)                               # of test images, in a distribution
MOST = 10                                                    # gates in the figure of classes


def accuracy(found):
    """Accuracy of both splits against kernels."""
    return dots(
        "dynamic/kernels", "Accuracy by kernels in every convolution, and with four at temperature 1 from "
        "the first step.",
        {"Kernels": {"test images": right(found), "training images": right(found, "train")}},
        KERNELS, "accuracy, %", claims=["kernels_help", "gains_level_off", "annealing_helps"],
    )


def distributions(attention):
    """How attention is spread over test images, in three layers."""
    kernels = attention.sizes["kernel"]
    order = np.argsort(-attention.mean("image").transpose("seed", "layer", "kernel").values, axis=-1)
    ranked = attention.isel(kernel=xr.DataArray(order, dims=["seed", "layer", "network"]))
    quantiles = 100 * ranked.quantile(SHARES, "image").assign_coords(
        quantile=100 * SHARES, network=range(kernels))
    return lines(
        "dynamic/attention", "Attention of each kernel, test images in ascending order of it, in three "
        "layers of networks with four kernels, which are in the order of their mean.",
        {words.capitalize(): (quantiles.sel(layer=layer), "quantile", "test images, %")
         for layer, words in LAYERS.items()},
        dict(enumerate(["most used", "second", "third", "least used"])), "attention, %",
        (100 / kernels, "equal attention"),
    )


def embedding(found):
    """t-SNE of the attention of the first and the last layer."""
    shown = found.layer.values
    fig, all_axes = figure(len(shown), height=4.2)
    for axes, layer in zip(all_axes, shown, strict=True):
        places = found.place.sel(layer=layer).values
        places = (places - places.min(0)) / np.ptp(places, axis=0)
        for (x, y), label in zip(places, found.label.values.astype(int), strict=True):
            axes.text(x, y, str(label), size=8, ha="center", va="center", color=COLOURS[label % len(COLOURS)])
        axes.set(title=LAYERS[layer].capitalize(), xlim=(-0.05, 1.05), ylim=(-0.05, 1.05), xticks=[],
                 yticks=[])
    return saved(
        "dynamic/tsne", fig, f"{found.sizes['image']} test images placed by t-SNE of the attention of one "
        f"layer, seed {found.attrs['seed']}; each is the number of its class. Only who is near to whom has a "
        "meaning.",
        ["late_attention_tells_class"],
    )


def probes(probed):
    """What a linear probe reads from the attention of three layers."""
    return dots(
        "dynamic/probe", "Test images whose class a linear probe tells from the attention of one layer "
        "alone, of networks with four kernels.",
        {"Linear probe": {"probe": probed.rename(layer="network")}}, LAYERS, "test images right, %", CHANCE,
        ["late_attention_tells_class"], (0, 100),
    )


def frontier(found, dense, cost):
    """Accuracy against cost, of gated and of plain networks."""
    macs = millions(found) | {name: cost.sel(network=name) for name in NARROW}
    accuracies = dense | right(found)
    groups = {"plain, three widths": list(NARROW), "gates, three prices": ["light", "medium", "heavy"],
              GATED["unshaped"]: ["unshaped"]}
    fig, (axes,) = figure(width=5.5)
    for i, (words, names) in enumerate(groups.items()):
        mean, low, high = np.array([ends(accuracies[name]) for name in names]).T
        axes.errorbar([float(macs[name].mean()) for name in names], mean,
                      np.nan_to_num([mean - low, high - mean]), label=words, capsize=2, **style(i))
    axes.set(xlabel="millions of multiply-accumulates an image", ylabel="test accuracy, %", xlim=(0, None))
    legend(fig, axes)
    return saved(
        "dynamic/frontier", fig, "Test accuracy against cost, of plain networks of three widths and of "
        "networks with gates, whose cost is that of the channels that they open. "
        f"{explained('Bars', accuracies.values(), None)}",
        ["gates_beat_narrow"],
    )


def layers(found, sizes):
    """How many gates of each block are conditional, always open and always closed."""
    panels = {}
    for name in ("medium", "unshaped"):
        blocks = [one.mean("gate") for one in by_block(states(found[name].open), sizes)]
        panels[GATED[name].capitalize()] = {
            words: {i: block.sel(network=state) for i, block in enumerate(blocks)}
            for state, words in STATES.items()}
    return dots(
        "dynamic/layers", "Gates of each block that are open for more than 99 % of test images, for fewer "
        "than 1 %, or for some; with and without batch shaping, at the same price.",
        panels, {i: f"block {i + 1}: {size} gates" for i, size in enumerate(sizes)}, "gates, %",
        claims=["shaping_keeps_gates_conditional"], xlim=(-2, 102),
    )


def classes(opened, role, seed, sizes):
    """How often gates of the last block are open for images of each class."""
    labels = xr.DataArray(role.test.labels.cpu().numpy(), dims="image", name="class")
    rate = 100 * by_block(opened.sel(seed=seed), sizes)[-1].groupby(labels).mean("image")
    most = np.sort(np.argsort(-rate.var("class").values)[:MOST])
    shown = rate.isel(gate=most).transpose("class", "gate").assign_coords(gate=most + 1)
    return matrix(
        "dynamic/classes", f"How often, in % of a class's test images, gates of the last block are open: the "
        f"{len(most)} of {sizes[-1]} that differ most between classes, seed {seed}. Cells without a number "
        "round to 0.",
        {"Last block": shown.assign_coords({"class": [role.classes[i] for i in shown["class"].values]})},
        "gate", "class",
    )


def movement(found):
    """How far noise and attacks move attention and gates."""
    panels = {
        title: {how: found[f"{kind}{way}"].moved.rename(images="network") for way, how in WAYS.items()}
        for kind, title in {"kernels": "Attention, 4 kernels", "gates": "Gates"}.items()
    }
    return dots(
        "dynamic/movement", "How far attention, by total variation, and gates, by the share that changes, "
        "move from those of the clean image: under noise as large as the white-box attack in every pixel, an "
        "attack on the plain network, and a white-box attack.",
        panels, CHANGED, "moved, %", (0, "no change"),
        ["attack_moves_attention", "attack_moves_gates", "transfer_moves_attention", "transfer_moves_gates"],
        shared=False,
    )


def robustness(found):
    """Accuracy on clean and changed images, of networks trained in two ways."""
    panels = {
        how.capitalize(): {
            words: {kind: found[f"{kind}{way}"].right.sel(images=key) for kind in KINDS}
            for key, words in SETS.items()}
        for way, how in WAYS.items()
    }
    return dots(
        "dynamic/robustness", "Test accuracy on clean images, with noise, under an attack on the plain "
        "network that was trained on clean images, whose own white-box attack that is, and under a white-box "
        "attack.",
        panels, KINDS, "accuracy, %", CHANCE,
        ["kernels_not_more_robust", "gates_not_more_robust", "kernels_learn_robustness",
         "gates_learn_robustness"],
        (0, 100),
    )
