"""Tables and figures made of measurements by name: every number with its 95 % interval where there is one.

A DataArray's axis `network` gives rows, lines and colours; what else it has is either the axis that is asked
for, drawn anew in another run (claims.py), which makes the interval, or averaged.
"""

import math

import numpy as np
from matplotlib.colors import to_rgba

from stages.core.claims import DRAWN, drawn, drawn_axes
from stages.core.files import write_rows
from stages.core.histories import histories
from stages.core.intervals import interval
from stages.core.pages import Figure, Table
from stages.core.plots import COLOURS, figure, legend, save_figure, style
from stages.core.words import listed

MOST_TICKS = 12                                              # of more places, every second or third has one
IN_A_ROW = 45                                                # characters below a matrix; more stand upright
DARKEST = 0.7                                                # opacity of a matrix's cell: ink is read on it
PIXELS = 20                                                  # of a cell, so that smoothing is not seen


def ends(values):
    """Mean and the ends of its 95 % interval, NaN with fewer than three seeds, of a DataArray or of a list of
    them, whose means add up as in `claim`.
    """
    terms = values if isinstance(values, list) else [values]
    mean = float(sum(term.mean() for term in terms))
    if np.isnan(mean) or min(term.sizes.get("seed", 1) for term in terms) < 3:
        return mean, np.nan, np.nan
    try:
        return mean, *interval([drawn(term) for term in terms])[1:]
    except ValueError:                                       # all equal
        return mean, mean, mean


def spread(values):
    """Mean and half its 95 % interval, of values as `ends` takes them."""
    mean, low, high = ends(values)
    return mean, (high - low) / 2


def chosen(values, name):
    """What `values`, a DataArray with the axis `network` or a dict by name, has of one network, or None."""
    if isinstance(values, dict):
        return values.get(name)
    return values.sel(network=name) if name in values.network else None


def table(caption, labels, columns, note="", digits=1, of="network"):
    """A Table with a row for each network, or whatever it is a table `of`, in `labels`, name -> words.

    `columns` is heading -> a DataArray with the axis `network`, or a dict by name of what is printed or of
    what `spread` takes.
    """
    def cell(found):
        if found is None or isinstance(found, str | int | float):
            return found
        mean, half = spread(found)
        return f"{mean:z.{digits}f}" + ("" if np.isnan(half) else f" ± {half:.{digits}f}")

    rows = [
        [label, *(cell(chosen(column, name)) for column in columns.values())]
        for name, label in labels.items()
    ]
    return Table(caption, [of, *columns], rows, note)


def spreads(values, x, labels):
    """Mean and half interval along the axis `x`: network -> two arrays (places,)."""
    found = {}
    for name in labels:
        one = values.sel(network=name)
        found[name] = np.array([spread(one.isel({x: i})) for i in range(one.sizes[x])]).T
    return found


def lines(name, caption, panels, labels, ylabel, level=None, ylim=None, claims=()):
    """The figure `name`, <experiment>/<figure>: a line with its interval for each network of `labels`, a dict
    name -> words.

    `panels` is title -> (values, axis, words below it): a DataArray with the axes `network` and `axis`, whose
    coordinates are the places. `level` is a height for a dotted line, and what it means. What intervals are
    over is added to the caption.
    """
    fig, all_axes = figure(len(panels))
    for axes, (title, (values, x, xlabel)) in zip(all_axes, panels.items(), strict=True):
        places, found = values[x].to_numpy().tolist(), spreads(values, x, labels)
        for i, (network, (mean, half)) in enumerate(found.items()):
            axes.plot(places, mean, label=labels[network], **style(i))
            axes.fill_between(places, mean - half, mean + half, color=style(i)["color"], alpha=0.15, lw=0)
        if level:
            axes.axhline(level[0], color="0.5", linestyle=":", linewidth=1)
        axes.set(title=title, xlabel=xlabel)
        ticks = places[:: math.ceil(len(places) / MOST_TICKS)]
        axes.set_xticks(ticks, [f"{place:.3g}" for place in ticks])
    all_axes[0].set_ylabel(ylabel)
    if ylim:                                     # None would hold all panels to the limits of the first
        all_axes[0].set_ylim(ylim)
    if len(labels) > 1:
        legend(fig, all_axes[0])
    shown = [values for values, _, _ in panels.values()]
    return saved(name, fig, f"{caption} {explained('Bands', shown, level)}", claims)


def write_lines(path, values, x, labels):
    """Writes the CSV that DVC plots: a row a place of the axis `x`, a mean and an interval a network."""
    found = spreads(values, x, labels)
    rows = []
    for i, place in enumerate(values[x].to_numpy().tolist()):
        row = {x: place}
        for network, (mean, half) in found.items():
            low, high = mean[i] - half[i], mean[i] + half[i]
            row |= {network: mean[i], f"{network}_low": low, f"{network}_high": high}
        rows.append({key: None if np.isnan(value) else float(value) for key, value in row.items()})
    write_rows(path, rows)


def write_losses(experiment, groups, seeds):
    """Writes the training losses that DVC plots, of `groups` as in `histories`."""
    losses = histories(groups, seeds).train_loss
    write_lines(f"plots/{experiment}/curves/training.csv", losses, "epoch", losses.network.values)


def dots(name, caption, panels, labels, xlabel, level=None, claims=(), xlim=None, shared=True):
    """The figure `name`: a dot with its interval for each network of `labels`, a row each.

    `panels` is title -> {legend -> a DataArray or dict as in `table`}; with one entry there is no legend.
    All panels have one axis, with the ends `xlim`, unless it is not `shared`. The rest is as in `lines`.
    """
    fig, all_axes = figure(len(panels), height=0.32 * len(labels) + 1.6)
    for axes in all_axes[1:] if shared else []:
        axes.sharex(all_axes[0])
    for axes, (title, groups) in zip(all_axes, panels.items(), strict=True):
        for i, (group, values) in enumerate(groups.items()):
            offset = (i - (len(groups) - 1) / 2) * 0.22
            for row, network in enumerate(labels):
                found = chosen(values, network)
                if found is not None:
                    mean, low, high = ends(found)
                    axes.errorbar(mean, row + offset, capsize=2, linestyle="none",
                                  xerr=None if np.isnan(low) else [[mean - low], [high - mean]],
                                  label=group if row == 0 else None, **style(i))
        if level:
            axes.axvline(level[0], color="0.5", linestyle=":", linewidth=1)
        axes.set(title=title, xlabel=xlabel)
        axes.set_yticks(range(len(labels)), list(labels.values()))
        axes.set_ylim(len(labels) - 0.5, -0.5)
        axes.grid(axis="y", visible=False)
    if xlim:                                     # None would hold all panels to what is drawn so far
        all_axes[0].set_xlim(xlim)
    if len(next(iter(panels.values()))) > 1:
        legend(fig, all_axes[0])
    groups = [values for panel in panels.values() for values in panel.values()]
    shown = [values for each in groups for one in labels if (values := chosen(each, one)) is not None]
    return saved(name, fig, f"{caption} {explained('Bars', shown, level)}", claims)


def matrix(name, caption, panels, xlabel, ylabel, top=100, claims=()):
    """The figure `name`: a matrix a panel, title -> a DataArray with two axes, rows first, the same in all. A
    cell is the more opaque the nearer it is to `top`; its number is in it, unless it rounds to 0.
    """
    fig, all_axes = figure(len(panels))
    for axes, (title, values) in zip(all_axes, panels.items(), strict=True):
        rows, columns = (values[axis].to_numpy() for axis in values.dims)
        shade = np.full((len(rows), len(columns), 4), to_rgba(COLOURS[0]))
        shade[..., 3] = DARKEST * (values / top).clip(0, 1)
        edges = -0.5, len(columns) - 0.5, len(rows) - 0.5, -0.5
        axes.imshow(shade.repeat(PIXELS, 0).repeat(PIXELS, 1), interpolation="none", extent=edges)
        for (row, column), number in np.ndenumerate(values.round()):
            if number:
                axes.text(column, row, f"{number:.0f}", size=7, ha="center", va="center")
        axes.set(title=title, xlabel=xlabel, xticks=range(len(columns)), xticklabels=columns,
                 yticks=range(len(rows)), yticklabels=rows)
        if len(columns) * max(len(line) for name in columns for line in str(name).splitlines()) > IN_A_ROW:
            axes.tick_params("x", rotation=90)
        axes.grid(visible=False)
    all_axes[0].set_ylabel(ylabel)
    return saved(name, fig, caption, claims)


def saved(name, fig, caption, claims=()):
    """Writes the figure `name`, <experiment>/<figure>, and returns it for the page."""
    experiment, _, last = name.partition("/")
    path = f"plots/{experiment}/figures/{last}.svg"
    save_figure(path, fig)
    return Figure(path, caption, tuple(claims))


def explained(mark, shown, level):
    """How to read a figure of values as `spread` takes them: its intervals, and the dotted line."""
    terms = [term for values in shown for term in (values if isinstance(values, list) else [values])]
    seeds = {term.sizes.get("seed", 1) >= 3 for term in terms}
    axes = [axis for axis in ("seed", *DRAWN) if any(axis in drawn_axes(term) for term in terms)]
    words = []
    if True in seeds:
        words.append(f"{mark} are 95 % intervals over {listed([f'{axis}s' for axis in axes])}.")
    if False in seeds:
        words.append("Fewer than three seeds have no interval.")
    if level:
        words.append(f"The dotted line is {level[1]}.")
    return " ".join(words)


def side_by_side(parts):
    """DataArrays, name -> one, along a new axis `network`."""
    import xarray as xr

    return xr.concat(list(parts.values()), "network").assign_coords(network=list(parts))


def from_zero(undisturbed, disturbed, axis):
    """`disturbed` along `axis`, with what is `undisturbed` at 0."""
    import xarray as xr

    return xr.concat([undisturbed.expand_dims({axis: [0.0]}), disturbed], axis, join="outer")
