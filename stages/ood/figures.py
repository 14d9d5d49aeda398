"""The figures of this experiment's page: sets, their scores, ROC curves, areas by size and by outliers."""

import numpy as np

from stages.core.charts import dots, saved
from stages.core.data import load_role, unit
from stages.core.files import write_rows
from stages.core.plots import COLOURS, figure, legend, picture_grid, style
from stages.ood.detection import threshold, tpr_at
from stages.ood.recipe import INSIDE, SCORES, load_outliers, load_sets
from stages.ood.results import CHANCE, FAR, NEAR, OTHER, PLAIN, SETS, by_network, by_set

EXAMPLES = 8
BINS = 30
TALLEST = 0.5                                                # share of a set's images that fills its row
CURVES = [name for name in OTHER if name != "uniform"]       # seven lines
FPRS = np.linspace(0, 1, 101)                                # where ROC curves are tabulated


def examples():
    """Images of every set."""
    sets, learnt = load_sets(), load_outliers()[0].images
    images = {"in-distribution": load_role("objects").test.images, "learnt outliers": learnt}
    images |= {SETS[name]: sets[name] for name in OTHER}
    rows = [(label, unit(of[:EXAMPLES]).cpu(), None) for label, of in images.items()]
    return saved(
        "ood/examples", picture_grid([""] * EXAMPLES, rows, inches=0.75),
        "The first images of every set: test images of the classes that networks know (in-distribution), "
        "outliers that networks are trained on with, and the sets of other images that they are tested on.",
    )


def pooled(found, score):
    """The scores of in-distribution images and of each set of others, all seeds together: name -> array."""
    return {name: found[name].sel(score=score).to_numpy().ravel() for name in (INSIDE, *OTHER)}


def scores(found):
    """Histograms of the baseline's scores."""
    fig, panels = figure(len(SCORES), width=3.4, height=4.6)
    for axes, (score, label) in zip(panels, SCORES.items(), strict=True):
        values = pooled(found, score)
        edges = np.histogram_bin_edges(np.concatenate([*values.values()]), BINS)
        for i, one in enumerate(values.values()):
            heights = (np.histogram(one, edges)[0] / len(one) / TALLEST).clip(max=0.95)
            axes.stairs(heights - i, edges, baseline=-i, fill=True, color=COLOURS[i > 0])
        axes.axvline(threshold(values[INSIDE]), color="0.5", linestyle="--", linewidth=1)
        axes.set(title=label, xlabel="score, higher is more in-distribution")
        axes.grid(False)
    panels[0].set_yticks(-np.arange(len(values)), ["in-distribution", *(SETS[name] for name in OTHER)])
    return saved(
        "ood/scores", fig,
        "Histograms of the scores that the baseline network gives to images of the classes that it knows "
        "(top) and to every set of other images, all seeds together. The height of a row is half of a set's "
        "images; higher bars are cut. What is left of the dashed line is rejected if 95 % of "
        "in-distribution images shall be accepted.", ["energy_beats_max_softmax"],
    )


def roc(found):
    """ROC curves of the baseline, and the table of those by maximum softmax."""
    fig, panels = figure(len(SCORES), width=3.4)
    for axes, (score, label) in zip(panels, SCORES.items(), strict=True):
        values = pooled(found, score)
        curves = {name: tpr_at(FPRS, values[INSIDE], values[name]) for name in CURVES}
        for i, (name, curve) in enumerate(curves.items()):
            axes.plot(100 * FPRS, 100 * curve, label=SETS[name], color=style(i)["color"])
        axes.plot([0, 100], [0, 100], color="0.5", linestyle=":", linewidth=1)
        axes.axhline(95, color="0.5", linestyle="--", linewidth=1)
        axes.set(title=label, xlabel="other images accepted, %")
        if score == PLAIN:
            rows = [{"fpr": fpr} | {name: of[i] for name, of in curves.items()} for i, fpr in enumerate(FPRS)]
            write_rows("plots/ood/curves/roc.csv", rows)
    panels[0].set_ylabel("in-distribution images accepted, %")
    legend(fig, panels[0])
    return saved(
        "ood/roc", fig,
        "ROC curves of the baseline network: the share of in-distribution images that it accepts, by the "
        "share of other images that it accepts at the same threshold, for seven of the sets, all seeds "
        "together. The dotted diagonal is chance; the dashed line is 95 % of in-distribution images.",
        ["max_softmax_beats_chance", "odin_beats_max_softmax"],
    )


def areas(capacity, sizes, exposure, labels):
    """AUROC of networks of all sizes, with and without outliers, with outliers of few and many classes."""
    def pair(network, score):
        return {"trained on without outliers": by_set(exposure, "control", score, OTHER),
                "with outliers": by_set(exposure, network, score, OTHER)}

    exposed = {"Outlier exposure, by maximum softmax": pair("exposed", PLAIN),
               "Energy bounds, by energy": pair("energy", "energy")}
    compared = {name: words for name, words in labels.items() if name not in ("known", "energy")}
    axis, chance = "AUROC, %", (CHANCE, "chance")
    return [
        dots("ood/capacity",
             "AUROC of networks of several sizes by each score, averaged over sets of other images.",
             {"Mean over sets of other images": {
                 words: by_network(capacity, sizes, score, OTHER) for score, words in SCORES.items()
             }}, sizes, axis, chance, ["depth_helps", "width_helps"]),
        dots("ood/exposure",
             "AUROC, set by set, of networks trained on with outliers, and of the network trained on "
             "without, by the same score.", exposed, SETS, axis, chance, ["exposure_helps"], (0, 102)),
        dots("ood/classes",
             "AUROC by maximum softmax of networks trained on without outliers, with all, or with equally "
             "many from few and from many classes; on the other classes of the same data, and averaged over "
             "sets of other data.",
             {"Maximum softmax": {
                 words: by_network(exposure, compared, PLAIN, sets)
                 for words, sets in {"other data": FAR, "the other classes": NEAR}.items()
             }}, compared, axis, chance, ["more_outlier_classes_help", "exposure_helps_near_sets_least"]),
    ]
