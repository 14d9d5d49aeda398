"""Images of every set, scores, ROC curves, and detection against size, outliers and their classes.

Curves are also tables in plots/ood/curves, which DVC plots.
"""

import numpy as np

from stages.core.data import load_role, unit
from stages.core.files import write_rows
from stages.core.params import Seeds, Training, read
from stages.core.plots import COLOURS, figure, legend, name_rows, picture_grid, save_figure, style
from stages.core.stage import main
from stages.ood.detection import counts, threshold
from stages.ood.params import Ood
from stages.ood.recipe import CAPACITIES, INSIDE, SCORES, load_outliers, load_sets
from stages.ood.results import (
    DEPTHS,
    FAR,
    NEAR,
    SETS,
    UNSEEN,
    WIDTHS,
    equally,
    numbers,
    scores,
    spread,
    values,
)

EXAMPLES = 12
BINS = 60
FPRS = np.linspace(0, 1, 101)                                # where ROC curves are tabulated
PLAIN = "max_softmax"


def save_named(name, fig):
    """Writes plots/ood/figures/<name>.svg."""
    save_figure(f"plots/ood/figures/{name}.svg", fig)


def write_curve(name, rows):
    """Writes plots/ood/curves/<name>.csv."""
    write_rows(f"plots/ood/curves/{name}.csv", rows)


def line(i):
    """Style of the i-th set: colours in turn, dashed the second time."""
    return style(i) | {"linestyle": "--" if i >= len(COLOURS) else "-"}


def draw_examples():
    """Writes the figure of images of every set."""
    inside, learnt, sets = load_role("objects").test.images, load_outliers()[0].images, load_sets()
    shown = {"in-distribution": inside, "learnt outliers": learnt}
    shown |= {label: sets[name] for name, label in SETS.items()}
    rows = [(label, unit(images[:EXAMPLES]).cpu(), None) for label, images in shown.items()]
    save_named("examples", picture_grid([""] * EXAMPLES, rows, inches=0.5))


def draw_scores(found):
    """Writes the figure of histograms of scores, in-distribution on top."""
    fig, panels = figure(len(SCORES), width=3.6, height=4.6)
    for axes, (score, label) in zip(panels, SCORES.items(), strict=True):
        parts = {name: found[name][score].flatten() for name in (INSIDE, *SETS)}
        low, high = (f(np.concatenate(list(parts.values()))) for f in (np.min, np.max))
        edges = np.linspace(low, high, BINS + 1)
        for i, part in enumerate(parts.values()):
            heights = np.histogram(part, edges)[0]
            heights = 0.9 * heights / heights.max()
            axes.stairs(heights - i, edges, baseline=-i, fill=True, alpha=0.8,
                        color="0.35" if i == 0 else COLOURS[(i - 1) % len(COLOURS)])
        axes.axvline(threshold(parts[INSIDE]), color="0.2", linestyle="--", linewidth=1)
        axes.set(title=label, xlabel="score, higher is more in-distribution")
        axes.grid(False)
    panels[0].set_yticks([-i for i in range(len(parts))], ["in-distribution", *SETS.values()])
    panels[0].tick_params(axis="y", length=0)
    save_named("scores", fig)


def draw_roc(found):
    """Writes the figure and the table of ROC curves, of all seeds together."""
    fig, panels = figure(len(SCORES), width=3.4)
    rows = [{"fpr": fpr} for fpr in FPRS]
    for axes, (score, label) in zip(panels, SCORES.items(), strict=True):
        inside = found[INSIDE][score].flatten()
        for i, (name, title) in enumerate(SETS.items()):
            outside = found[name][score].flatten()
            true, false = counts(inside, outside)
            tpr, fpr = true / len(inside), false / len(outside)
            axes.plot(100 * fpr, 100 * tpr, label=title, **line(i) | {"marker": None})
            for row, value in zip(rows, np.interp(FPRS, fpr, tpr), strict=True):
                row[f"{score}_{name}"] = value
        axes.plot([0, 100], [0, 100], color="0.6", linestyle=":", linewidth=1)
        axes.axhline(95, color="0.6", linestyle=":", linewidth=1)
        axes.set(title=label, xlabel="out-of-distribution accepted, %")
    panels[0].set_ylabel("in-distribution accepted, %")
    legend(fig, panels[0])
    write_curve("roc", rows)
    save_named("roc", fig)


def draw_capacity(found, ood, recipe, accuracies):
    """Writes the figure and the table of detection against depth and width."""
    sizes = {"baseline": recipe} | {name: getattr(ood.capacities, name) for name in CAPACITIES}
    fig, panels = figure(2)
    rows, average = [], equally(SETS)
    for axes, names, varied in zip(panels, (DEPTHS, WIDTHS), ("depth", "width"), strict=True):
        names = sorted(names, key=lambda name, of=varied: getattr(sizes[name], of))
        places = [getattr(sizes[name], varied) for name in names]
        columns = {"accuracy": [100 * accuracies[name]["accuracy"] for name in names]}
        for i, (score, label) in enumerate(SCORES.items()):
            points = [spread(values(found[name], score, average)) for name in names]
            means, halves = zip(*points, strict=True)
            axes.errorbar(places, means, halves, label=f"AUROC, {label}", capsize=2, **style(i))
            columns[f"auroc_{score}"] = means
        axes.plot(places, columns["accuracy"], label="accuracy", linestyle="--", **style(len(SCORES)))
        axes.set(title=f"Against {varied}", xlabel=varied)
        axes.set_xticks(places, places)
        rows += [
            {"varied": varied, "size": place} | {key: column[i] for key, column in columns.items()}
            for i, place in enumerate(places)
        ]
    panels[0].set_ylabel("%")
    legend(fig, panels[0])
    write_curve("capacity", rows)
    save_named("capacity", fig)


def draw_exposure(found):
    """Writes the figure and the table of AUROC with and without outliers, set by set."""
    kinds = {
        "control": ("no outliers", PLAIN), "exposed": ("outlier exposure", PLAIN),
        "energy": ("energy bounds", "energy"),
    }
    labels = NEAR | SETS
    fig, (left, right) = figure(2, width=4.0, height=4.0)
    rows = [{"set": name} for name in labels]
    for i, (network, (label, score)) in enumerate(kinds.items()):
        for y, (row, name) in enumerate(zip(rows, labels, strict=True)):
            area = values(found[network], score, {name: 1.0})
            gain, half = spread(area - values(found["control"], score, {name: 1.0}))
            left.plot(area.mean(), y, style(i)["marker"], color=style(i)["color"],
                      label=label if y == 0 else None)
            row[network] = float(area.mean())
            if i:
                right.errorbar(gain, y + 0.24 * i - 0.36, xerr=half, capsize=2, **style(i))
                row |= {f"{network}_gain": gain, f"{network}_half_interval": half}
    right.axvline(0, color="0.5", linestyle=":", linewidth=1)
    left.set(xlabel="AUROC, %")
    right.set(xlabel="gain in AUROC, points")
    name_rows(left, labels.values())
    legend(fig, left)
    write_curve("exposure", rows)
    save_named("exposure", fig)


def draw_diversity(found, diversity):
    """Writes the figure and the table of AUROC against the number of outlier classes."""
    groups = {"all unseen sets": UNSEEN, "other data": FAR, "the other classes": list(NEAR)}
    fig, (axes,) = figure()
    rows = [{"classes": k} for k in diversity.classes]
    for i, (label, names) in enumerate(groups.items()):
        points = [
            spread(values(found[f"diversity_{k}"], PLAIN, equally(names))) for k in diversity.classes
        ]
        means, halves = zip(*points, strict=True)
        axes.errorbar(diversity.classes, means, halves, label=label, capsize=2, **style(i))
        for row, mean in zip(rows, means, strict=True):
            row[label.replace(" ", "_")] = mean
    axes.set(title=f"{diversity.images:,} outliers", xlabel="classes that outliers are drawn from",
             ylabel="AUROC, %", xscale="log")
    axes.set_xticks(diversity.classes, diversity.classes)
    axes.minorticks_off()
    legend(fig, axes)
    write_curve("diversity", rows)
    save_named("diversity", fig)


def run():
    ood, recipe, seeds = read("ood", Ood), read("training", Training), read("seeds", Seeds)
    capacity, exposure = scores("capacity", seeds), scores("exposure", seeds)
    draw_examples()
    draw_scores(capacity["baseline"])
    draw_roc(capacity["baseline"])
    draw_capacity(capacity, ood, recipe, numbers("capacity", seeds))
    draw_exposure(exposure)
    draw_diversity(exposure, ood.diversity)


if __name__ == "__main__":
    main(run)
