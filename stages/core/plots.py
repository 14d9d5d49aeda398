"""One look for all figures: readable on a light and on a dark ground, and the same to colour-blind eyes.

Figures have no ground of their own. Text, axes and the last colour are the ink, which the file itself makes
light where the reader prefers dark; tools that know no such rule draw it dark.
"""

import io

import matplotlib as mpl
import torch
from matplotlib.figure import Figure

from stages.core.files import write

INK, LIGHT_INK = "#1a1a1a", "#e6e6e6"
GROUNDS = "#ffffff", "#14181d"   # the report's
# Blue, amber, green, magenta, brown, sky: of such hues the ones that differ most for normal eyes and for
# those that lack red or green, at 3 to 1 or more on both grounds. A marker each, for print in grey.
COLOURS = ["#006df2", "#c98428", "#50a187", "#bf0099", "#8c5c31", "#009be8", INK]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]
WIDTH, LONGEST = 0.75, 11        # inches of a picture, and letters of a word that fit beside it

mpl.rcParams |= {
    "axes.edgecolor": INK,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.sans-serif": ["DejaVu Sans", "Verdana"],      # as wide as each other; others are narrower
    "font.size": 10,
    "grid.alpha": 0.3,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
    "savefig.transparent": True,
    "svg.fonttype": "none",        # text is text: found, read aloud, and a fraction of the bytes
    "svg.hashsalt": "restage",       # the same figure is the same bytes
    "text.color": INK,
    "text.parse_math": False,        # classes may be named with $; log axes name their own ticks
    "xtick.color": INK,
    "ytick.color": INK,
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


def shortened(word, inches=WIDTH):
    """A word, as much of it as fits above or below a picture so many inches wide."""
    most = int(LONGEST * inches / WIDTH)
    return word if len(word) <= most else f"{word[: most - 1]}…"


def picture_grid(headings, rows, inches=WIDTH, gap=2, below=6):
    """A figure of rows of pictures under `headings`, one for each column.

    Each row is a label, images (columns, 3 or 1, h, w) in [0, 1], and a list of captions, as much of which
    stands below as fits, or None. `gap` and `below` are pixels of the pictures.
    """
    columns, _, height, width = rows[0][1].shape
    tall = [height + (below if captions else gap) for _, _, captions in rows]
    tops = [sum(tall[:i]) for i in range(len(rows))]
    sheet = torch.zeros(sum(tall), columns * (width + gap), 4)              # the last channel is opacity
    lefts = [column * (width + gap) for column in range(columns)]
    scale = inches / width
    fig = Figure(figsize=(scale * sheet.shape[1] + 1, scale * sheet.shape[0] + 0.9), layout="constrained")
    axes = fig.subplots()
    for top, (_, images, captions) in zip(tops, rows, strict=True):
        for left, image, caption in zip(lefts, images, captions or [""] * columns, strict=True):
            sheet[top : top + height, left : left + width, :3] = image.permute(1, 2, 0)
            sheet[top : top + height, left : left + width, 3] = 1
            words = shortened(caption, inches)
            axes.text(left + width / 2, top + height + 0.5, words, size=7, ha="center", va="top")
    axes.imshow(sheet.numpy(), interpolation="none")
    axes.xaxis.tick_top()
    axes.set_xticks([left + width / 2 for left in lefts], headings, size=8, rotation=30, ha="left")
    axes.set_yticks([top + height / 2 for top in tops], [label for label, _, _ in rows], size=8)
    axes.tick_params(length=0)
    axes.grid(False)
    axes.spines[:].set_visible(False)
    return fig


def save_figure(path, fig):
    """Writes `fig` as SVG, without a date, and with a rule for readers who prefer dark."""
    image = io.BytesIO()
    fig.savefig(image, format="svg", metadata={"Date": None})
    # The file's inline styles give way to what is important, and only to that.
    rules = "".join(
        f'[style*="{kind}: {INK}"]{{{kind}: {LIGHT_INK} !important}}' for kind in ("fill", "stroke")
    )
    dark = f"@media screen and (prefers-color-scheme: dark){{{rules}}}</style>"
    write(path, image.getvalue().replace(b"</style>", dark.encode(), 1))
