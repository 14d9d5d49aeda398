"""The end of this experiment: its claims, tables and figures."""

import numpy as np

from stages.core.charts import dots, lines, matrix, side_by_side, table, write_lines
from stages.core.data import load_role
from stages.core.measurements import recorded
from stages.core.pages import conditions, machine, publish
from stages.core.params import read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.core.words import listed as in_words
from stages.lowrank.about import ABOUT
from stages.lowrank.claims import claims
from stages.lowrank.least import least_rank
from stages.lowrank.params import Lowrank
from stages.lowrank.results import KINDS, SIZES, results, spectra, trainings

CHANCE = 10, "chance"                                        # percent; ten classes


def accuracy_table(right):
    """Accuracy of the whole network and of the narrow ones, by where they came from."""
    columns = {words: {size: right[kind].sel(size=size) for size in SIZES} for kind, words in KINDS.items()}
    columns[KINDS["truncated"]]["whole"] = right["whole"]
    return table(
        "Test accuracy in %, by what the weights began as", {"whole": "whole"} | SIZES, columns,
        f"All are trained by one recipe. Of “{KINDS['scratch']}” there are {right['scratch'].sizes['seed']} "
        "seeds.",
    )


def layers_table(ranks, found, whole):
    """Each layer's matrix alone at the ranks of the narrow networks, and the least rank that it needs."""
    rows = {(n, size): f"layer {n} at {words}" for n in found for size, words in SIZES.items()}
    at = {(n, size): found[n].sel(rank=getattr(ranks, size)[n - 1]) for n, size in rows}
    least = {(n, "least"): least_rank(one.right, whole) for n, one in found.items()}
    return table(
        "One weight matrix at a lower rank, the others whole",
        rows | {(n, "least"): f"layer {n}, least rank within a point" for n in found},
        {
            "rank": {row: int(one["rank"]) for row, one in at.items()} | least,
            "left out of the matrix, %": {row: one.left_out for row, one in at.items()},
            "test accuracy, %": {row: one.right for row, one in at.items()},
            "points lost": {row: whole - one.right for row, one in at.items()},
        },
        "Left out: the root of the sum of the squared singular values beyond the rank, over that of all. "
        "Within a point: from this rank on, none costs more than a point of test accuracy.",
        of="matrix",
    )


def summaries_table(seed):
    """The model summaries: every layer of the whole network and of the narrow ones."""
    paths = {"whole": "whole"} | {size: f"narrow/{size}" for size in SIZES}
    found = {name: recorded(f"data/lowrank/{path}/{seed}.safetensors").attrs["summary"]
             for name, path in paths.items()}
    total = {name: sum(count for _, count in layers) for name, layers in found.items()}
    columns = {
        f"layer {i + 1}": {name: f"{layers[i][0]}: {layers[i][1]:,}" for name, layers in found.items()}
        for i in range(len(found["whole"]))
    }
    return table(
        "Model summaries: units of every layer, with the rank between them, and parameters",
        {"whole": "whole"} | SIZES, columns | {
            "parameters": {name: f"{count:,}" for name, count in total.items()},
            "whole / this": {name: f"{total['whole'] / count:.2f}" for name, count in total.items()},
        },
        "A rank between units is two matrices with nothing between them; biases count with the outer one.",
    )


def rank_figures(ranks, found):
    """Singular values with the ranks of the narrow networks, and what every rank leaves out and costs."""
    singular, costs = {}, {}
    for n, one in found.items():
        log = np.log10(one.singular)
        marked = {size: log.where(log["rank"] == getattr(ranks, size)[n - 1]) for size in SIZES}
        singular[f"Layer {n}"] = side_by_side({"all": log} | marked), "rank", "number"
        costs[f"Layer {n}"] = side_by_side({"right": one.right, "left_out": one.left_out}), "rank", "rank"
    return [
        lines(
            "lowrank/singular", "Singular values of each weight matrix of the trained network on a "
            "logarithmic scale, the largest first. The last that each narrow network keeps is marked.",
            singular, {"all": "all"} | {size: f"last at {words}" for size, words in SIZES.items()},
            "log₁₀ of the singular value",
        ),
        lines(
            "lowrank/ranks", "Test accuracy with one weight matrix at a lower rank and the others whole, and "
            "how much of this matrix, by its Frobenius norm, that rank leaves out.",
            costs, {"right": "test accuracy", "left_out": "left out of the matrix"}, "%", CHANCE, (0, 100),
            ["half_costs_little", "eighth_costs_more"],
        ),
    ]


def training_figures(found):
    """Loss and accuracy of both splits after every epoch."""
    titles = {"whole": "Whole network", "refined": "8×, from factors", "random": "8×, from random weights"}

    def drawn(measure, caption, ylabel, *more):
        panels = {}
        for name, title in titles.items():
            one = found.sel(network=name).dropna("epoch")
            both = side_by_side({split: one[f"{split}_{measure}"] for split in ("train", "test")})
            panels[title] = both, "epoch", "epoch"
        return lines(
            f"lowrank/{measure}", f"{caption} on training and test images after every epoch: of the whole "
            "network, of the refinement of its factors at 8×, and of that network from random weights.",
            panels, {"train": "training images", "test": "test images"}, ylabel, *more,
        )

    return [drawn("loss", "Mean cross-entropy", "cross-entropy, nats"),
            drawn("accuracy", "Accuracy", "accuracy, %", CHANCE, (0, 100))]


def narrow_figures(right):
    """Accuracy of the narrow networks, and what those that begin with factors have more."""
    by_size = {kind: right[kind].rename(size="network") for kind in KINDS}
    return [
        dots(
            "lowrank/narrow", "Test accuracy of narrow networks: of the trained network's factors before and "
            "after refinement, and of the same networks from random weights.",
            {"Narrow networks": {words: by_size[kind] for kind, words in KINDS.items()}}, SIZES,
            "test accuracy, %", (float(right["whole"].mean()), "the whole network"),
            ["refinement_regains_most", "half_costs_little", "eighth_costs_more"], (0, 100),
        ),
        dots(
            "lowrank/gain", "Test accuracy that refined factors have more than the same narrow network from "
            "random weights, image by image.",
            {"Refined factors": {f"over {KINDS[kind]}": by_size["refined"] - by_size[kind]
                                 for kind in ("random", "scratch")}},
            SIZES, "gain in test accuracy, points", (0, "no difference"),
            ["factors_beat_random", "factors_beat_longer_training"],
        ),
    ]


def confusion_figure(confusion):
    """Which digits are taken for which: the whole network, and at 8× before and after refinement."""
    cut, refined = (confusion[kind].sel(size="eighth") for kind in ("truncated", "refined"))
    shown = {"Whole network": confusion["whole"], "8×, as it is cut": cut, "8×, refined": refined}
    pooled = {title: counts.sum("seed") for title, counts in shown.items()}
    return matrix(
        "lowrank/confusion", "Which digits are taken for which, in percent of each digit's test images, all "
        "seeds together. Cells without a number round to 0.",
        {title: 100 * counts / counts.sum("taken_for") for title, counts in pooled.items()},
        "taken for", "digit", claims=["eighth_costs_more", "refinement_regains_most"],
    )


def setting(settings, seeds):
    """What the numbers depend on, in words."""
    role, recipe = load_role("digits"), settings.training
    facts = recorded(f"data/training/lowrank/whole/{seeds[0]}.safetensors").attrs
    units = in_words([str(width) for width in settings.hidden])
    words = conditions(
        role, recipe, seeds, "lowrank/whole",
        f"perceptron with hidden layers of {units} units: {facts['parameters']:,} parameters",
    )
    training = f"{words['training']}, then {settings.refinement.epochs} of refinement"
    return words | {"training": training} | machine(facts | {"precision": "float32"})


def answer(settings, right, found):
    """The experiment in two sentences, made of its numbers."""
    whole, longest = float(right["whole"].mean()), settings.training.epochs + settings.refinement.epochs
    at = {kind: float(right[kind].sel(size="eighth").mean()) for kind in KINDS}
    least = [f"{float(least_rank(one.right, right['whole']).mean()):.0f} of {one.sizes['rank']}"
             for one in found.values()]
    return (
        f"The whole network has {whole:.1f} % of the test images right; at 8× it has {at['truncated']:.1f} % "
        f"as it is cut, {at['refined']:.1f} % after {settings.refinement.epochs} epochs of refinement; from "
        f"random weights, {at['random']:.1f} % after as many and {at['scratch']:.1f} % after {longest}. "
        f"Alone, the layers' matrices can go to rank {in_words(least)} for less than a point."
    )


def run():
    settings, seeds = read("lowrank", Lowrank), listed()
    confusion, right = results(seeds, listed(settings.scratch.seeds))
    found, history = spectra(len(settings.hidden) + 1, seeds), trainings(seeds)
    write_lines("plots/lowrank/curves/training.csv", history.train_loss, "epoch", history.network.values)
    write_lines("plots/lowrank/curves/accuracy.csv", history.test_accuracy, "epoch", history.network.values)
    publish(
        ABOUT, setting(settings, seeds), answer(settings, right, found), claims(right),
        [accuracy_table(right), layers_table(settings.ranks, found, right["whole"]),
         summaries_table(seeds[0])],
        [*narrow_figures(right), *rank_figures(settings.ranks, found), *training_figures(history),
         confusion_figure(confusion)],
        whole_test_accuracy=float(right["whole"].mean()),
        **{f"{size}_{kind}_test_accuracy": float(right[kind].sel(size=size).mean())
           for size in SIZES for kind in KINDS},
    )


if __name__ == "__main__":
    main(run)
