"""The figures of this experiment's page."""

import numpy as np
import xarray as xr

from stages.core.charts import dots, ends, explained, lines, matrix, saved
from stages.core.plots import COLOURS, figure, legend, style
from stages.dynamic.results import STATES, by_block, states
from stages.dynamic.tables import GATED, KERNELS, KINDS, LAYERS, NARROW, SETS

CHANCE = 10, "chance"                                        # percent; ten classes
SHARES = np.linspace(0, 1, 21)                               # of test images, in a distribution
MOST = 10                                                    # gates in the figure of classes


def accuracy(found):
    """Accuracy of both splits against kernels."""
    return dots(
        "dynamic/kernels", "Accuracy by kernels in every convolution, and with four at temperature 1 from the "
        "first step.",
        {"Kernels": {
            "test images": {name: one.right for name, one in found.items()},
            "training images": {name: one.train_right.rename(train_image="image") for name, one in found.items()},
        }},
        KERNELS, "accuracy, %", claims=["kernels_help", "gains_level_off", "annealing_helps"],
    )


def distributions(attention):
    """How attention is spread over test images, in three layers."""
    order = np.argsort(-attention.mean("image").transpose("seed", "layer", "kernel").values, axis=-1)
    places = xr.DataArray(order, dims=["seed", "layer", "network"])
    ranked = 100 * attention.isel(kernel=places).assign_coords(network=range(order.shape[-1]))
    quantiles = ranked.quantile(SHARES, "image").rename(quantile="share").assign_coords(share=100 * SHARES)
    labels = dict(enumerate(["most used kernel", *(f"kernel {n}" for n in range(2, order.shape[-1] + 1))]))
    return lines(
        "dynamic/attention", "Attention of each kernel over the test images, in ascending order, in the first, "
        "the middle and the last layer of networks with four; kernels in the order of their mean.",
        {f"{words.capitalize()} layer": (quantiles.sel(layer=layer), "share", "test images, %")
         for layer, words in LAYERS.items()},
        labels, "attention at most, %", (100 / order.shape[-1], "equal attention"), (0, 100),
    )


def embedding(found):
    """t-SNE of the attention of the first and the last layer."""
    shown = ["early", "late"]
    fig, all_axes = figure(len(shown), height=4.2)
    for axes, layer in zip(all_axes, shown, strict=True):
        places = found.place.sel(layer=layer).values
        places = (places - places.min(0)) / np.ptp(places, axis=0)
        for (x, y), label in zip(places, found.label.values.astype(int), strict=True):
            axes.text(x, y, str(label), size=8, ha="center", va="center", color=COLOURS[label % len(COLOURS)])
        axes.set(title=f"{LAYERS[layer].capitalize()} layer", xlim=(-0.05, 1.05), ylim=(-0.05, 1.05),
                 xticks=[], yticks=[])
        axes.grid(visible=False)
    return saved(
        "dynamic/tsne", fig, f"Test images placed by t-SNE of the attention of one layer, seed {found.attrs['seed']}; "
        "each is the number of its class. Only who is near to whom has a meaning.",
        ["late_attention_tells_class"],
    )


def probes(probed):
    """What a linear probe reads from the attention of three layers."""
    return dots(
        "dynamic/probe", "Test images whose class a linear probe tells from the attention of one layer alone, of "
        "networks with four kernels.",
        {"Linear probe": {"probe": probed.rename(layer="network")}},
        {layer: f"{words} layer" for layer, words in LAYERS.items()}, "test images right, %", CHANCE,
        ["late_attention_tells_class"], (0, 100),
    )


def frontier(found, dense, cost):
    """Accuracy against cost, of gated and of plain networks."""
    macs = {name: one.macs / 1e6 for name, one in found.items()}
    macs |= {name: cost.sel(network=name) for name in NARROW}
    right = dense | {name: one.right for name, one in found.items()}
    shaped = [name for name in GATED if name != "unshaped"]
    groups = {"plain, three widths": list(NARROW), "gates, three prices": shaped, GATED["unshaped"]: ["unshaped"]}
    fig, (axes,) = figure(width=5.5)
    for i, (words, names) in enumerate(groups.items()):
        x = [float(macs[name].mean()) for name in names]
        mean, low, high = np.array([ends(right[name]) for name in names]).T
        axes.errorbar(x, mean, [np.nan_to_num(mean - low), np.nan_to_num(high - mean)], label=words, capsize=2,
                      **style(i))
    axes.set(xlabel="millions of multiply-accumulates an image", ylabel="test accuracy, %", xlim=(0, None))
    legend(fig, axes)
    return saved(
        "dynamic/frontier", fig, "Test accuracy against cost, of plain networks of three widths and of networks with "
        f"gates, whose cost is that of the channels that they open. {explained('Bars', right.values(), None)}",
        ["gates_beat_narrow"],
    )


def layers(found, sizes):
    """How many gates of each block are conditional, always open and always closed."""
    panels = {}
    for name in ("medium", "unshaped"):
        blocks = [one.mean("gate") for one in by_block(states(found[name].open.astype(bool)), sizes)]
        panels[GATED[name].capitalize()] = {
            words: {i: block.sel(network=state) for i, block in enumerate(blocks)}
            for state, words in STATES.items()}
    labels = {i: f"block {i + 1}, {size}" for i, size in enumerate(sizes)}
    return dots(
        "dynamic/layers", "Gates of each block, and how many it has, that are open for more than 99 % of test "
        "images, for fewer than 1 %, or for some; with and without batch shaping, at the same price.",
        panels, labels, "gates, %", claims=["shaping_keeps_gates_conditional"], xlim=(-2, 102),
    )


def classes(opened, labels, names, seed, sizes):
    """How often gates of the last block are open for images of each class."""
    last = by_block(opened.sel(seed=seed), sizes)[-1]
    rate = 100 * last.groupby(xr.DataArray(labels, dims="image", name="class")).mean("image")
    most = np.sort(np.argsort(-rate.var("class").values)[:MOST])
    shown = rate.isel(gate=most).transpose("class", "gate")
    return matrix(
        "dynamic/classes", f"How often, in % of a class's test images, gates of the last block are open: the "
        f"{len(most)} that differ most between classes, seed {seed}. Cells without a number round to 0.",
        {"Last block": shown.assign_coords({"class": names, "gate": most + 1})}, "gate", "class",
    )


def movement(found):
    """How far noise and attacks move attention and gates."""
    labels = {key: words for key, words in SETS.items() if key != "clean"}
    panels = {
        title: {words: found[f"{kind}{how}"].moved.rename(images="network")
                for how, words in {"": "trained on clean images", "_adversarial": "on attacked images"}.items()}
        for kind, title in {"kernels": "Attention, 4 kernels", "gates": "Gates"}.items()
    }
    return dots(
        "dynamic/movement", "How far attention, by total variation, and gates, by the share that changes, move from "
        "those of the clean image: under noise as large as the white-box attack in every pixel, an attack on the "
        "plain network, and a white-box attack.",
        panels, labels, "moved, %", (0, "no change"),
        ["attack_moves_attention", "attack_moves_gates", "transfer_moves_attention", "transfer_moves_gates"],
    )


def robustness(found):
    """Accuracy on clean and changed images, of networks trained in two ways."""
    panels = {
        title: {words: {kind: found[f"{kind}{how}"].right.sel(images=key) for kind in KINDS}
                for key, words in SETS.items()}
        for how, title in {"": "Trained on clean images", "_adversarial": "Trained on attacked images"}.items()
    }
    return dots(
        "dynamic/robustness", "Test accuracy on clean images, with noise, under an attack on the plain network that "
        "was trained on clean images, and under a white-box attack.",
        panels, KINDS, "accuracy, %", CHANCE,
        ["kernels_not_more_robust", "gates_not_more_robust", "kernels_learn_robustness", "gates_learn_robustness"],
        (0, 100),
    )
