"""Curves and figures: accuracy against sparsity and along training, criteria and treatments side by side.

Every band and bar is a 95 % interval: over seeds from three on, else over test images
(stages/core/claims.py). Each line is also a column of a table in plots/lottery/curves, which DVC plots.
"""

import numpy as np

from stages.core.claims import interval
from stages.core.data import load_role
from stages.core.files import write_rows
from stages.core.params import read
from stages.core.plots import figure, legend, name_rows, save_figure, style
from stages.core.stage import main
from stages.lottery.params import Lottery
from stages.lottery.results import (
    CRITERIA,
    METHODS,
    SCOPES,
    TREATMENTS,
    chain,
    found,
    moderate,
    one_shot,
    treated,
)


def bounds(right):
    """Mean of percent right (s, n) and the ends of its 95 % interval."""
    return interval(right, "test images")[:3]


def write_curves(name, x, lines):
    """Writes plots/lottery/curves/<name>.csv: a row for each place, three columns for each line.

    lines  line -> its places -> (mean, low, high)
    """
    places = sorted({place for points in lines.values() for place in points}, reverse=x == "weights_left")
    rows = []
    for place in places:
        row = {x: float(place)}
        for line, points in lines.items():
            for end, value in zip(("", "_low", "_high"), points.get(place, ("", "", "")), strict=True):
                row[f"{line}{end}"] = value
        rows.append(row)
    write_rows(f"plots/lottery/curves/{name}.csv", rows)


def draw(axes, lines, chance):
    """Draws a line with its band for each of `lines`, which are as in `write_curves`, and a dotted one at the
    percentage `chance`.
    """
    for i, (line, points) in enumerate(lines.items()):
        places, (mean, low, high) = list(points), np.array(list(points.values())).T
        axes.plot(places, mean, label=METHODS[line], **style(i))
        axes.fill_between(places, low, high, color=style(i)["color"], alpha=0.12, lw=0)
    axes.axhline(chance, color="0.5", linestyle=":", linewidth=1)


def sparsity_lines(dense, chains):
    """Accuracy at the end of training by percent of weights left; the dense network at every place."""
    shares = [one.share("global") for one in chains["global"]]
    lines = {"dense": {place: bounds(dense.last("dense")) for place in (100.0, *shares)}}
    for method, rounds in chains.items():
        lines[method] = {place: bounds(one.last(method)) for place, one in zip(shares, rounds, strict=True)}
    return lines


def draw_sparsity(lines, chance):
    fig, (axes,) = figure(width=5.2)
    draw(axes, lines, chance)
    places = list(lines["dense"])
    axes.set_xscale("log")
    axes.set_xticks(places, [f"{place:.3g}" for place in places])
    axes.minorticks_off()
    axes.invert_xaxis()
    axes.set(xlabel="convolution weights left, % (log scale)", ylabel="test accuracy, %", ylim=(0, 100))
    legend(fig, axes)
    save_figure("plots/lottery/figures/sparsity.svg", fig)


def training_lines(dense, chains, at):
    """Accuracy after every epoch, of the round with the index `at`; rewound networks may begin late."""
    ends = {"dense": dense} | {method: rounds[at] for method, rounds in chains.items()}
    last = dense.right["dense"].shape[1]
    lines = {}
    for method, one in ends.items():
        epochs = one.right[method].swapaxes(0, 1)                            # (epochs, s, n)
        lines[method] = {last - len(epochs) + 1 + i: bounds(right) for i, right in enumerate(epochs)}
    return lines


def draw_training(panels, chance):
    """`panels` are pairs of a title and lines."""
    fig, all_axes = figure(len(panels))
    for axes, (title, lines) in zip(all_axes, panels, strict=True):
        draw(axes, lines, chance)
        axes.set(title=title, xlabel="epoch", ylim=(0, 100))
        axes.xaxis.get_major_locator().set_params(integer=True)
    all_axes[0].set_ylabel("test accuracy, %")
    legend(fig, all_axes[0])
    save_figure("plots/lottery/figures/training.svg", fig)


def draw_dots(name, series, line=None):
    """Writes a figure of points with bars, and a line at the value `line`; `series` is name -> label ->
    (mean, low, high).
    """
    fig, (axes,) = figure(width=5.2, height=1.2 + 0.32 * len(next(iter(series.values()))))
    for i, (label, points) in enumerate(series.items()):
        mean, low, high = np.array(list(points.values())).T
        at = np.arange(len(points)) + 0.16 * (i - (len(series) - 1) / 2)
        axes.errorbar(mean, at, xerr=[mean - low, high - mean], label=label, linestyle="none", **style(i))
    if line is not None:
        axes.axvline(line, color="0.3", linewidth=1, label="ticket")
    name_rows(axes, points)
    axes.set_xlabel("test accuracy, %")
    legend(fig, axes)
    save_figure(f"plots/lottery/figures/{name}.svg", fig)


def write_dots(name, series):
    """Writes plots/lottery/curves/<name>.csv: a row for each label, three columns for each series."""
    labels = list(next(iter(series.values())))
    write_rows(f"plots/lottery/curves/{name}.csv", [
        {"label": label} | {
            f"{one}{end}": value for one, points in series.items()
            for end, value in zip(("", "_low", "_high"), points[label], strict=True)
        }
        for label in labels
    ])


def run():
    lottery, chance = read("lottery", Lottery), 100 / len(load_role("objects").classes)
    dense = found("dense")
    chains = {method: chain(method, lottery.rounds) for method in METHODS if method != "dense"}
    lines = sparsity_lines(dense, chains)
    write_curves("sparsity", "weights_left", lines)
    draw_sparsity(lines, chance)
    panels = []
    for at in dict.fromkeys([moderate(chains["global"]), len(lottery.rounds) - 1]):
        lines = training_lines(dense, chains, at)
        panels.append((f"{chains['global'][at].share('global'):.3g} % of the weights", lines))
    write_curves("training", "epoch", panels[-1][1])
    draw_training(panels, chance)
    criteria, treatments = one_shot(lottery), treated(lottery)
    by_scope = {
        scope: {CRITERIA[name]: bounds(right[scope]) for name, right in criteria.items()} for scope in SCOPES
    }
    write_dots("criteria", by_scope)
    draw_dots("criteria", by_scope)
    values = {"treatment": {TREATMENTS[name]: bounds(right) for name, right in treatments.items()}}
    write_dots("treatments", values)
    ticket = chains["global"][lottery.common_round - 1].last("global")
    draw_dots("treatments", values, line=ticket.mean())


if __name__ == "__main__":
    main(run)
