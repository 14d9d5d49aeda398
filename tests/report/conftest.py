"""A project in which pages find their figures."""

import pytest

from stages.core.plots import figure, save_figure, style


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project with two figures."""
    monkeypatch.chdir(tmp_path)
    fig, (axes,) = figure()
    axes.plot([1, 2, 4], [0.5, 0.7, 0.6], **style(0), label="100 % & 'more'")
    save_figure("plots/flat/figures/rise.svg", fig)
    axes.legend()
    save_figure("plots/flat/figures/other.svg", fig)
    return tmp_path
