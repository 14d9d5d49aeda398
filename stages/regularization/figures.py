"""Curves and figures: accuracy by parameter, reliability, accuracy by severity, accuracy under attack.

Each line is also a column of a table in plots/regularization/curves, which DVC plots.
"""

import numpy as np
import torch
from matplotlib.figure import Figure

from stages.core.claims import interval
from stages.core.files import write_rows
from stages.core.params import Seeds, read
from stages.core.plots import COLOURS, figure, legend, save_figure, style
from stages.core.stage import main
from stages.regularization.calibration import reliability, repaired
from stages.regularization.choice import clean_logits, labels, percent_right
from stages.regularization.methods import SWEPT, values_of
from stages.regularization.params import Regularization
from stages.regularization.paths import COMBINATIONS, NETWORKS, PLAIN
from stages.regularization.results import LABELS, attacked_right, corrupted_right, swept_right

FEWEST = 1                                                   # percent of the images in a bin that is drawn
AXES = {"size": "side of the square, pixels", "alpha": "α", "weight": "weight of the rotation loss"}


def line(name):
    """Colour, marker and line of a network: single methods are solid, combinations dashed, plain is black."""
    if name == PLAIN:
        return style(6)
    if name in COMBINATIONS:
        i = COMBINATIONS.index(name)
        return style((3, 4, 5, 6)[i]) | {"linestyle": "--"}
    return style(NETWORKS.index(name) - 1)


def panels(count, columns, width=2.7, height=2.5):
    """A figure with `count` axes of common scale in rows of `columns`, room for a legend, and the axes."""
    rows = -(-count // columns)
    fig = Figure(figsize=(width * columns + 1.6, height * rows + 0.3), layout="constrained")
    grid = fig.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for axes in grid.flat[count:]:
        axes.set_visible(False)
    for j in range(columns):                                 # the lowest that shows has the numbers
        grid[(count - 1 - j) // columns, j].tick_params(labelbottom=True)
    return fig, list(grid.flat[:count])


def draw_sweeps(settings, seeds):
    """Writes the figure and a table for each parameter of test accuracy, in percent, with intervals."""
    fig, all_axes = figure(len(SWEPT), width=3.4)
    for axes, (i, (method, key)) in zip(all_axes, enumerate(SWEPT.items()), strict=True):
        values = values_of(settings.sweep, method)
        right = swept_right(values.values(), seeds)
        found = [interval(right[:, j], "test images")[:3] for j in range(len(values))]
        write_rows(f"plots/regularization/curves/{method}.csv", [
            {key: value} | dict(zip(("accuracy", "low", "high"), one, strict=True))
            for value, one in zip(values, found, strict=True)
        ])
        means, lows, highs = np.transpose(found)
        places = range(len(values))                          # evenly: α spans a decade
        axes.errorbar(places, means, [means - lows, highs - means], capsize=2, **style(i))
        axes.set_xticks(places, [f"{value:g}" for value in values])
        axes.set(title=method, xlabel=AXES[key])
    all_axes[0].set_ylabel("test accuracy, %")
    save_figure("plots/regularization/figures/sweeps.svg", fig)


def draw_reliability(logits, y):
    """Writes the figure and a table of accuracy by confidence, all seeds together."""
    fig, all_axes = panels(len(NETWORKS), 4, width=2.4)
    rows = []
    for axes, name in zip(all_axes, NETWORKS, strict=True):
        every = y.repeat(len(logits[name]))
        kinds = {
            "as trained": torch.cat([*logits[name]]),
            "after the temperature": torch.cat([repaired(z, y)[0] for z in logits[name]]),
        }
        axes.plot([0, 100], [0, 100], color="0.5", linestyle=":", linewidth=1)
        for colour, (kind, z) in zip(COLOURS, kinds.items(), strict=False):
            bins = 100 * reliability(z, every).numpy()
            bins = bins[bins[:, 2] >= FEWEST]
            confidence, accuracy, share = bins.T
            axes.plot(confidence, accuracy, color=colour, linewidth=1, label=kind)
            axes.scatter(confidence, accuracy, 4 + share, color=colour)
            rows += [
                {"network": name, "kind": kind, "confidence": one[0], "accuracy": one[1], "share": one[2]}
                for one in bins.tolist()
            ]
        axes.set(title=LABELS[name], xlim=(0, 103), ylim=(0, 103))
    write_rows("plots/regularization/curves/reliability.csv", rows)
    fig.supxlabel("confidence, %", fontsize="medium")
    fig.supylabel("accuracy, %", fontsize="medium")
    legend(fig, all_axes[0])
    save_figure("plots/regularization/figures/reliability.svg", fig)


def draw_corruptions(settings, clean, corrupted):
    """Writes the figure and the table of accuracy, in percent, by severity; 0 is the images as they are."""
    places = [0, *settings.severities]
    curves = {}
    for name in NETWORKS:
        found = corrupted[name].mean((0, 3))                                 # (corruptions, severities)
        found = np.vstack([found.mean(0), found])
        curves[name] = np.column_stack([np.full(len(found), clean[name].mean()), found])
    titles = ["all corruptions", *(name.replace("_", " ") for name in settings.names)]
    fig, all_axes = panels(len(titles), 3)
    for axes, title, i in zip(all_axes, titles, range(len(titles)), strict=True):
        for name, values in curves.items():
            axes.plot(places, values[i], label=LABELS[name], **line(name))
        axes.set(title=title, xticks=places)
    all_axes[0].set_ylim(0, 100)
    write_rows("plots/regularization/curves/severity.csv", [
        {"severity": place} | {name: float(values[0, j]) for name, values in curves.items()}
        for j, place in enumerate(places)
    ])
    fig.supxlabel("severity", fontsize="medium")
    fig.supylabel("accuracy, %", fontsize="medium")
    legend(fig, all_axes[0])
    save_figure("plots/regularization/figures/corruptions.svg", fig)


def draw_attacks(settings, clean, fgsm, pgd):
    """Writes the figure and the table of accuracy, in percent, by ε."""
    places = [0.0, *settings.epsilons]
    curves = {name: [clean[name].mean(), *fgsm[name].mean((0, 2))] for name in NETWORKS}
    fig, (axes,) = figure(width=5.2)
    at = places.index(settings.epsilon)
    for i, (name, values) in enumerate(curves.items()):
        axes.plot(values, label=LABELS[name], **line(name))
        aside = at + 0.06 * (i - len(curves) / 2)            # so that crosses do not hide each other
        axes.plot(aside, pgd[name].mean(), "x", color=line(name)["color"], markersize=7)
    axes.set(title="FGSM, and PGD (crosses)", xlabel="ε, in 1/255", ylabel="accuracy, %", ylim=(0, 100))
    axes.set_xticks(range(len(places)), [f"{place:g}" for place in places])
    write_rows("plots/regularization/curves/fgsm.csv", [
        {"epsilon": place} | {name: float(values[j]) for name, values in curves.items()}
        for j, place in enumerate(places)
    ])
    legend(fig, axes)
    save_figure("plots/regularization/figures/attacks.svg", fig)


def run():
    settings, seeds = read("regularization", Regularization), read("seeds", Seeds)
    y, logits = labels(), clean_logits(seeds)
    (fgsm, pgd), first = attacked_right(seeds), settings.images
    clean = {name: right[:, :first] for name, right in percent_right(logits, y).items()}
    draw_sweeps(settings, seeds)
    draw_reliability(logits, y)
    draw_corruptions(settings.corruption, clean, corrupted_right(seeds))
    draw_attacks(settings.attacks, clean, fgsm, pgd)


if __name__ == "__main__":
    main(run)
