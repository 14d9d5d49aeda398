"""Images of every set, their scores, ROC curves, and detection against size and outliers."""

import numpy as np

from stages.core.charts import dots, write_lines
from stages.core.data import load_role, unit
from stages.core.files import write_rows
from stages.core.histories import histories
from stages.core.params import Training, read
from stages.core.plots import COLOURS, figure, legend, picture_grid, save_figure, style
from stages.core.seeds import listed
from stages.core.stage import main
from stages.ood.detection import counts, threshold
from stages.ood.params import Ood
from stages.ood.recipe import INSIDE, SCORES, load_outliers, load_sets
from stages.ood.results import (
    FAR,
    NEAR,
    PLAIN,
    SETS,
    equally,
    exposure_labels,
    results,
    size_labels,
    sizes,
    terms,
)

EXAMPLES = 12
BINS = 30
TALLEST = 0.5                                                # share of a set's images that fills its row
CURVES = {name: label for name, label in SETS.items() if name != "uniform"}          # seven lines
FPRS = np.linspace(0, 1, 101)                                # where ROC curves are tabulated


def draw_examples():
    """Writes the figure of images of every set."""
    inside, learnt, sets = load_role("objects").test.images, load_outliers()[0].images, load_sets()
    shown = {"in-distribution": inside, "learnt outliers": learnt}
    shown |= {label: sets[name] for name, label in SETS.items()}
    rows = [(label, unit(images[:EXAMPLES]).cpu(), None) for label, images in shown.items()]
    save_figure("plots/ood/figures/examples.svg", picture_grid([""] * EXAMPLES, rows, inches=0.5))


def draw_scores(found):
    """Writes the figure of histograms of scores, in-distribution on top, all on one scale."""
    fig, panels = figure(len(SCORES), width=3.6, height=4.6)
    for axes, (score, label) in zip(panels, SCORES.items(), strict=True):
        parts = {name: found[name].sel(score=score).to_numpy().ravel() for name in (INSIDE, *SETS)}
        low, high = (f(np.concatenate(list(parts.values()))) for f in (np.min, np.max))
        edges = np.linspace(low, high, BINS + 1)
        for i, part in enumerate(parts.values()):
            heights = (np.histogram(part, edges)[0] / len(part) / TALLEST).clip(max=0.95)
            axes.stairs(heights - i, edges, baseline=-i, fill=True, alpha=0.8,
                        color="0.35" if i == 0 else COLOURS[(i - 1) % len(COLOURS)])
        axes.axvline(threshold(parts[INSIDE]), color="0.2", linestyle="--", linewidth=1)
        axes.set(title=label, xlabel="score, higher is more in-distribution")
        axes.grid(False)
    panels[0].set_yticks([-i for i in range(len(parts))], ["in-distribution", *SETS.values()])
    panels[0].tick_params(axis="y", length=0)
    save_figure("plots/ood/figures/scores.svg", fig)


def draw_roc(found):
    """Writes the figure of ROC curves, of all seeds together, and the table of those by maximum softmax."""
    fig, panels = figure(len(SCORES), width=3.4)
    rows = [{"fpr": fpr} for fpr in FPRS]
    for axes, (score, label) in zip(panels, SCORES.items(), strict=True):
        inside = found[INSIDE].sel(score=score).to_numpy().ravel()
        for i, (name, title) in enumerate(CURVES.items()):
            outside = found[name].sel(score=score).to_numpy().ravel()
            true, false = counts(inside, outside)
            tpr, fpr = true / len(inside), false / len(outside)
            axes.plot(100 * fpr, 100 * tpr, label=title, **style(i) | {"marker": None})
            if score == PLAIN:
                for row, value in zip(rows, np.interp(FPRS, fpr, tpr), strict=True):
                    row[name] = value
        axes.plot([0, 100], [0, 100], color="0.6", linestyle=":", linewidth=1)
        axes.axhline(95, color="0.6", linestyle=":", linewidth=1)
        axes.set(title=label, xlabel="out-of-distribution accepted, %")
    panels[0].set_ylabel("in-distribution accepted, %")
    legend(fig, panels[0])
    write_rows("plots/ood/curves/roc.csv", rows)
    save_figure("plots/ood/figures/roc.svg", fig)


def draw_capacity(found, labels):
    """Writes the figure of detection against the size of the network."""
    dots("ood/figures/capacity", {"Mean over all sets": {
        label: {name: terms(found, name, score, equally(SETS)) for name in labels}
        for score, label in SCORES.items()
    }}, labels, "AUROC, %", chance=50)


def draw_exposure(found):
    """Writes the figure of AUROC with and without outliers, set by set; in a panel, all by one score."""
    labels = NEAR | SETS

    def areas(network, score):
        return {name: terms(found, network, score, {name: 1.0}) for name in labels}

    panels = {
        "Outlier exposure, by maximum softmax": ("exposed", PLAIN),
        "Energy bounds, by energy": ("energy", "energy"),
    }
    dots("ood/figures/exposure", {
        title: {"trained without outliers": areas("control", score), "with outliers": areas(network, score)}
        for title, (network, score) in panels.items()
    }, labels, "AUROC, %", chance=50)


def draw_classes(found, labels):
    """Writes the figure of AUROC against the number of classes of the outliers."""
    shown = {name: label for name, label in labels.items() if name not in ("known", "energy")}
    dots("ood/figures/classes", {"Maximum softmax": {
        words: {name: terms(found, name, PLAIN, equally(names)) for name in shown}
        for words, names in {"other data": FAR, "the other classes": NEAR}.items()
    }}, shown, "AUROC, %", chance=50)


def write_training(ood, seeds):
    """Writes the table of training losses of all networks."""
    import xarray as xr

    groups = {"ood/capacity": ood.capacities, "ood": ["known"], "ood/finetuned": [*ood.exposed, "energy"]}
    losses = [histories(group, names, seeds).train_loss for group, names in groups.items()]
    losses = xr.concat(losses, "network", join="outer")
    write_lines("plots/ood/curves/training.csv", losses, "epoch", losses.network.values)


def run():
    ood, recipe, seeds = read("ood", Ood), read("training", Training), listed()
    networks, labels = sizes(recipe, ood.capacities), exposure_labels(ood.exposed)
    capacity, exposure = results("capacity", networks, seeds), results("exposure", labels, seeds)
    draw_examples()
    draw_scores(capacity.sel(network="baseline"))
    draw_roc(capacity.sel(network="baseline"))
    draw_capacity(capacity, size_labels(networks))
    draw_exposure(exposure)
    draw_classes(exposure, labels)
    write_training(ood, seeds)


if __name__ == "__main__":
    main(run)
