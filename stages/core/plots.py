"""One look for all figures: readable, and the same to colour-blind eyes."""

import io

import matplotlib as mpl
import torch
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
    "text.parse_math": False,        # classes may be named with $; log axes name their own ticks
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


def picture_grid(headings, rows, inches=0.75, gap=2, below=6):
    """A figure of rows of pictures under `headings`, one for each column.

    Each row is a label, images (columns, c, h, w) in [0, 1], and a list of captions, which stand below, or
    None. `gap` and `below` are pixels of the pictures.
    """
    columns, _, height, width = rows[0][1].shape
    tall = [height + (below if captions else gap) for _, _, captions in rows]
    tops = [sum(tall[:i]) for i in range(len(rows))]
    sheet = torch.ones(sum(tall), columns * (width + gap), 3)
    lefts = [column * (width + gap) for column in range(columns)]
    scale = inches / width
    fig = Figure(figsize=(scale * sheet.shape[1] + 1, scale * sheet.shape[0] + 0.9), layout="constrained")
    axes = fig.subplots()
    for top, (_, images, captions) in zip(tops, rows, strict=True):
        for left, image, caption in zip(lefts, images, captions or [""] * columns, strict=True):
            sheet[top : top + height, left : left + width] = image.permute(1, 2, 0)
            axes.text(left + width / 2, top + height + 0.5, caption, size=7, ha="center", va="top")
    axes.imshow(sheet.numpy(), interpolation="none")
    axes.xaxis.tick_top()
    axes.set_xticks([left + width / 2 for left in lefts], headings, size=8, rotation=30, ha="left")
    axes.set_yticks([top + height / 2 for top in tops], [label for label, _, _ in rows], size=8)
    axes.tick_params(length=0)
    axes.grid(False)
    axes.spines[:].set_visible(False)
    return fig


def save_figure(path, fig):
    """Writes `fig` as SVG, without a date."""
    image = io.BytesIO()
    fig.savefig(image, format="svg", metadata={"Date": None})
    write(path, image.getvalue())
