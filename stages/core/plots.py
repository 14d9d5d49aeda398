"""One look for all figures: readable, and the same to colour-blind eyes."""

import io

import matplotlib as mpl
from matplotlib.figure import Figure

from stages.core.files import write

# Okabe & Ito's palette without its yellow, which is too pale for lines, and a marker each, for print in grey.
COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#000000"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]

mpl.rcParams |= {
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 10,
    "grid.alpha": 0.3,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
    "svg.fonttype": "path",
    "svg.hashsalt": "restage",       # the same figure is the same bytes
}


def figure(columns=1, width=4.2, height=3.4):
    """A figure with a row of axes and room for a legend beside them, and the list of axes."""
    fig = Figure(figsize=(width * columns + 1.6, height), layout="constrained")
    return fig, list(fig.subplots(1, columns, sharey=True, squeeze=False)[0])


def style(i):
    """Colour and marker of the i-th line; the same network has the same in every figure."""
    return {"color": COLOURS[i % len(COLOURS)], "marker": MARKERS[i % len(MARKERS)]}


def legend(fig, axes):
    """One legend for all axes, of the lines of `axes`, beside them where it hides nothing."""
    fig.legend(*axes.get_legend_handles_labels(), loc="outside right center")


def save_figure(path, fig):
    """Writes `fig` as SVG, without a date."""
    image = io.BytesIO()
    fig.savefig(image, format="svg", metadata={"Date": None})
    write(path, image.getvalue())
