"""The end of this experiment: its claims, tables and figures."""

import numpy as np
import xarray as xr

from stages.core import words
from stages.core.charts import dots, lines, matrix, table, write_lines
from stages.core.data import load_role
from stages.core.measurements import recorded
from stages.core.pages import machine, publish
from stages.core.params import read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.lowrank.about import ABOUT
from stages.lowrank.claims import claims
from stages.lowrank.params import Lowrank
from stages.lowrank.results import KINDS, SIZES, least_rank, results, spectra, trainings

CHANCE = 10, "chance"                                        # percent; ten classes


def sizes_table(seed):
    """The model summaries: sizes and parameters of every layer, of the network and of its narrow ones."""
    paths = {"whole": "whole"} | {size: f"narrow/{size}" for size in SIZES}
    found = {name: recorded(f"data/lowrank/{path}/{seed}.safetensors").attrs["summary"]
             for name, path in paths.items()}
    total = {name: sum(count for _, count in layers) for name, layers in found.items()}
    columns = {
        f"layer {i + 1}": {name: f"{layers[i][0]}: {layers[i][1]:,}" for name, layers in found.items()}
        for i in range(len(found["whole"]))
    }
    return table(
        "Model summaries: units of every layer with the rank between them, and parameters",
        {"whole": "whole"} | SIZES, columns | {
            "parameters": {name: f"{count:,}" for name, count in total.items()},
            "whole / this": {name: f"{total['whole'] / count:.2f}" for name, count in total.items()},
        },
        "A rank between units is two matrices with nothing between them; biases count with the outer one.",
    )


def accuracy_table(whole, narrow):
    """Accuracy of the network and of its narrow ones, however they came about."""
    columns = {
        words: {size: narrow.sel(network=kind, size=size) for size in SIZES} for kind, words in KINDS.items()
    }
    columns[KINDS["truncated"]]["whole"] = whole
    return table(
        "Test accuracy in %, of narrow networks by what they began with", {"whole": "whole"} | SIZES, columns,
        "All networks are trained by the same recipe. Random weights are torch's own.",
    )


def layers_table(ranks, found, whole):
    """Each layer's matrix alone at the ranks of the narrow networks, and the least rank that it can bear."""
    rows = {(n, size): f"layer {n} at {words}" for n in found for size, words in SIZES.items()}
    at = {(n, size): found[n].sel(rank=getattr(ranks, size)[n - 1]) for n, size in rows}
    least = {(n, "least"): least_rank(found[n].right, whole) for n in found}
    return table(
        "One weight matrix at a lower rank, the others whole",
        rows | {(n, "least"): f"layer {n}, least rank within a point" for n in found},
        {
            "rank": {key: int(one["rank"]) for key, one in at.items()} | least,
            "left out of the matrix, %": {key: one.left_out for key, one in at.items()},
            "test accuracy, %": {key: one.right for key, one in at.items()},
            "points lost": {key: whole - one.right for key, one in at.items()},
        },
        "Left out: the root of the sum of the squared singular values beyond the rank, over that of all. "
        "Within a point: from this rank on, no rank costs more than a point of test accuracy.",
        of="matrix",
    )


def spectrum_figures(ranks, found):
    """Singular values with the ranks of the narrow networks, and what every rank leaves out and costs."""
    singular, costs = {}, {}
    for n, one in found.items():
        log = np.log10(one.singular)
        marked = [log.where(log["rank"] == getattr(ranks, size)[n - 1]) for size in SIZES]
        singular[f"Layer {n}"] = named([log, *marked], ["all", *SIZES]), "rank", "number"
        costs[f"Layer {n}"] = named([one.right, one.left_out], ["right", "left_out"]), "rank", "rank"
    return [
        lines(
            "lowrank/singular", "Singular values of each weight matrix of the trained network, on a "
            "logarithmic scale, the largest first. The last that each narrow network keeps is marked.",
            singular, {"all": "all"} | {size: f"last at {words}" for size, words in SIZES.items()},
            "log₁₀ of the singular value",
        ),
        lines(
            "lowrank/ranks", "Test accuracy with one weight matrix at a lower rank and the others whole, and "
            "how much of this matrix (its Frobenius norm) that rank leaves out.",
            costs, {"right": "test accuracy", "left_out": "left out of the matrix"}, "%", CHANCE, (0, 100),
            ["half_costs_little", "eighth_costs_more"],
        ),
    ]


def named(parts, names):
    """DataArrays side by side along the axis `network`."""
    return xr.concat(parts, "network").assign_coords(network=names)


def training_figures(found):
    """Loss and accuracy of both splits after every epoch."""
    titles = {"whole": "Whole network", "refined": "8×, from factors", "random": "8×, from random weights"}
    shown = {
        "loss": ("Mean cross-entropy", "nats", None, None),
        "accuracy": ("Accuracy", "%", CHANCE, (0, 100)),
    }
    figures = []
    for measure, (words, unit, level, ylim) in shown.items():
        panels = {}
        for name, title in titles.items():
            one = found.sel(network=name, drop=True).dropna("epoch")
            splits = named([one[f"train_{measure}"], one[f"test_{measure}"]], ["train", "test"])
            panels[title] = splits, "epoch", "epoch"
        figures.append(lines(
            f"lowrank/{measure}",
            f"{words} on training and test images after every epoch: of the network in training, of its "
            "refinement at 8×, and of the same narrow network from random weights.",
            panels, {"train": "training images", "test": "test images"}, f"{words.lower()}, {unit}", level,
            ylim,
        ))
    return figures


def narrow_figures(whole, narrow):
    """Accuracy of the narrow networks, and what those that begin with factors have more."""
    by_size = {kind: narrow.sel(network=kind, drop=True).rename(size="network") for kind in KINDS}
    return [
        dots(
            "lowrank/narrow", "Test accuracy of narrow networks: of the trained network's factors before and "
            "after refinement, and of the same networks from random weights.",
            {"Test accuracy": {words: by_size[kind] for kind, words in KINDS.items()}}, SIZES,
            "test accuracy, %", (float(whole.mean()), "the whole network"),
            ["refinement_regains_most", "half_costs_little", "eighth_costs_more"],
        ),
        dots(
            "lowrank/gain", "Test accuracy that refined factors have more than the same narrow network from "
            "random weights, image by image.",
            {"Gain by factors": {
                f"over {KINDS[kind]}": by_size["refined"] - by_size[kind]
                for kind in ("random", "random_longer")
            }}, SIZES, "points of test accuracy", (0, "no difference"),
            ["factors_beat_random", "factors_beat_longer_training"],
        ),
    ]


def confusion_figure(whole, narrow):
    """Which digits are taken for which, in percent of each digit, all seeds together."""
    eighth = narrow.sel(size="eighth")
    counts = {
        "Whole network": whole, "8×, as it is cut": eighth.sel(network="truncated"),
        "8×, refined": eighth.sel(network="refined"),
    }
    pooled = {title: values.sum("seed") for title, values in counts.items()}
    return matrix(
        "lowrank/confusion", "Which digits are taken for which, in percent of each digit's test images, all "
        "seeds together. Cells without a number round to 0.",
        {title: 100 * values / values.sum("taken_for") for title, values in pooled.items()},
        "taken for", "digit", claims=["eighth_costs_more", "refinement_regains_most"],
    )


def conditions(settings, seeds):
    """What the numbers depend on, in words."""
    role, facts = load_role("digits"), recorded(f"data/training/lowrank/whole/{seeds[0]}.safetensors").attrs
    recipe = settings.training
    return {
        "data": role.source,
        "images": f"{len(role.train):,} for training, {len(role.test):,} for testing",
        "network": f"hidden layers of {' and '.join(map(str, settings.hidden))} units: {facts['parameters']:,} parameters",
        "training": f"{recipe.epochs} epochs of batches of {recipe.batch_size}",
        "refinement": f"{settings.refinement.epochs} epochs",
        "seeds": ", ".join(map(str, seeds)),
    } | machine(facts)


def answer(settings, whole, narrow, found):
    """The experiment in two sentences, made of its numbers."""
    at = {kind: float(narrow.sel(size="eighth", network=kind).mean()) for kind in KINDS}
    least = [f"{float(least_rank(one.right, whole).mean()):.0f} of {one.sizes['rank']}" for one in found.values()]
    return (
        f"The whole network classifies {float(whole.mean()):.1f} % of the test images correctly; at 8× it "
        f"does {at['truncated']:.1f} % as it is cut, {at['refined']:.1f} % after {settings.refinement.epochs} "
        f"epochs of refinement, and {at['random']:.1f} % from random weights. One matrix alone bears a rank "
        f"of {words.listed(least)} within a point."
    )


def run():
    settings, seeds = read("lowrank", Lowrank), listed()
    whole, narrow = results(seeds)
    found, history = spectra(len(settings.hidden) + 1, seeds), trainings(seeds)
    write_lines("plots/lowrank/curves/training.csv", history.train_loss, "epoch", history.network.values)
    eighth = history.test_accuracy.sel(network=["refined", "random"]).dropna("epoch")
    write_lines("plots/lowrank/curves/refinement.csv", eighth, "epoch", eighth.network.values)
    publish(
        ABOUT, conditions(settings, seeds), answer(settings, whole.right, narrow.right, found),
        claims(whole.right, narrow.right),
        [accuracy_table(whole.right, narrow.right), layers_table(settings.ranks, found, whole.right),
         sizes_table(seeds[0])],
        [*narrow_figures(whole.right, narrow.right), *spectrum_figures(settings.ranks, found),
         *training_figures(history), confusion_figure(whole.confusion, narrow.confusion)],
        whole_test_accuracy=float(whole.right.mean()),
        **{f"{size}_{kind}_test_accuracy": float(narrow.right.sel(size=size, network=kind).mean())
           for size in SIZES for kind in KINDS},
    )


if __name__ == "__main__":
    main(run)
