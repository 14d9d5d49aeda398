"""Figures: words are shown as they are."""

import matplotlib as mpl
import pytest

from stages.core import plots


@pytest.mark.parametrize("name", ["$x_1$ and $y$", "$\\frac$", "5 $", "a_b^c"])
def test_a_name_is_no_formula(tmp_path, name):
    fig, (axes,) = plots.figure()
    axes.plot([0, 1], label=name)
    axes.set_title(name)
    plots.name_rows(axes, [name, "other"])
    plots.legend(fig, axes)
    with mpl.rc_context({"svg.fonttype": "none"}):           # text as text
        plots.save_figure(tmp_path / "figure.svg", fig)
    assert (tmp_path / "figure.svg").read_text(encoding="utf-8").count(f">{name}</text>") == 3
