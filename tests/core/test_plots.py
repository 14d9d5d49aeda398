"""Figures: words are shown as they are, on a light and on a dark ground, to all eyes."""

import re
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb

from stages.core import plots

# Linear RGB as it is seen without red or green cones: Machado, Oliveira, Fernandes 2009, severity 1.
SEEN = {
    "all cones": np.eye(3),
    "no green": np.array([
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
    ]),
    "no red": np.array([
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
    ]),
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", ["$x_1$ and $y$", "$\\frac$", "5 $", "a_b^c"])
def test_a_name_is_no_formula(tmp_path, name):
    fig, (axes,) = plots.figure()
    axes.plot([0, 1], label=name)
    axes.set_title(name)
    axes.set_yticks([0, 1], [name, "other"])
    plots.legend(fig, axes)
    plots.save_figure(tmp_path / "figure.svg", fig)
    assert (tmp_path / "figure.svg").read_text(encoding="utf-8").count(f">{name}</text>") == 3


def linear(colour):
    """sRGB without its gamma, as WCAG and Machado take it."""
    channels = np.array(to_rgb(colour))
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(*colours):
    """WCAG's ratio of two colours."""
    dark, light = sorted(linear(colour) @ XYZ[1] for colour in colours)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb):
    """CIE L*a*b* of linear RGB."""
    x, y, z = np.cbrt(XYZ @ np.clip(rgb, 0, 1) / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("ground", [0, 1])
def test_all_colours_are_seen_on_both_grounds(ground):
    """WCAG 2.2, success criterion 1.4.11: at least 3 to 1. The ink is another on a dark ground."""
    ink = (plots.INK, plots.LIGHT_INK)[ground]
    colours = [ink if colour == plots.INK else colour for colour in plots.COLOURS]
    assert ink in colours
    assert [colour for colour in colours if contrast(colour, plots.GROUNDS[ground]) < 3] == []
    assert contrast(ink, plots.GROUNDS[ground]) >= 7


@pytest.mark.parametrize("eyes", SEEN)
def test_colours_differ_to_all_eyes(eyes):
    """By more than the 18 of Okabe & Ito's palette, of which two colours are too pale on white."""
    seen = [lab(SEEN[eyes] @ linear(colour)) for colour in plots.COLOURS]
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > 25


def drawn(path):
    """A figure with all kinds of text and lines, as parsed SVG."""
    fig, (axes,) = plots.figure()
    for i in range(7):
        axes.plot([0, 1], [i, i + 1], label=str(i), **plots.style(i))
    axes.errorbar([0.5], [3], xerr=0.1, capsize=2, **plots.style(6))
    axes.set(title="title", xlabel="x", ylabel="y")
    plots.legend(fig, axes)
    plots.save_figure(path, fig)
    return ElementTree.parse(path).getroot()


def test_a_figure_has_no_ground_and_names_no_colour_but_the_palette(tmp_path):
    root = drawn(tmp_path / "figure.svg")
    inline = " ".join(node.attrib.get("style", "") for node in root.iter())
    found = set(re.findall(r"(?:fill|stroke): (#\w+)", inline))
    assert found == {colour.lower() for colour in plots.COLOURS} | {"#b0b0b0"}       # and the grid


def test_all_that_is_ink_turns_light_on_a_dark_ground_and_nothing_else(tmp_path):
    root = drawn(tmp_path / "figure.svg")
    style = next(root.iter(f"{SVG}style")).text
    rule = r'\[style\*="(fill|stroke): (#\w+)"\]\{(fill|stroke): (#\w+) !important\}'
    dark = re.search(r"@media screen and \(prefers-color-scheme: dark\)\{((?:" + rule + r")+)\}$", style)[1]
    assert re.findall(rule, dark) == [
        (kind, plots.INK, kind, plots.LIGHT_INK) for kind in ("fill", "stroke")
    ]
    # Text without a style of its own or around it would stay black.
    around = {child: node for node in root.iter() for child in node}

    def painted(node):
        while node is not None and "fill" not in node.attrib.get("style", ""):
            node = around.get(node)
        return node is not None

    texts = list(root.iter(f"{SVG}text"))
    assert {"title", "x", "y", *"0123456"} <= {node.text for node in texts}
    assert all(map(painted, texts))


@pytest.mark.parametrize(("inches", "shown"), [
    (0.75, ["motorcycle", "immunohist…"]), (0.5, ["motorc…", "immuno…"]),
])
def test_captions_are_as_long_as_fits(inches, shown):
    rows = [("row", torch.zeros(2, 3, 4, 4), ["motorcycle", "immunohistochemistry"])]
    assert [text.get_text() for text in plots.picture_grid(["", ""], rows, inches).axes[0].texts] == shown


def test_there_is_nothing_between_pictures(tmp_path):
    images = torch.full((2, 3, 4, 4), 0.5)
    sheet = plots.picture_grid(["a", "b"], [("row", images, None)], gap=2).axes[0].images[0].get_array()
    opaque = np.asarray(sheet)[..., 3] == 1
    assert opaque.sum() == 2 * 4 * 4
    assert (np.asarray(sheet)[opaque][:, :3] == 0.5).all()
