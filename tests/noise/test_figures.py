"""What the figures are drawn from."""

import numpy as np
import pytest
import xarray as xr

from stages.core import charts
from stages.noise import page
from stages.noise.results import NETWORKS


def made():
    rng = np.random.default_rng(0)

    def right(*axes, **coords):
        sizes = {"seed": 3, "draw": 2, "image": 5} | {axis: len(places) for axis, places in coords.items()}
        shape = [len(NETWORKS), *(sizes[axis] for axis in axes)]
        return xr.DataArray(100.0 * rng.integers(2, size=shape), dims=["network", *axes],
                            coords={"network": list(NETWORKS), **coords})

    return xr.Dataset({
        "clean": right("seed", "image"),
        "gaussian": right("seed", "sigma", "draw", "image", sigma=[0.1, 0.4]),
        "per_tensor": right("seed", "bits", "image", bits=[8, 4]),
        "per_channel": right("seed", "bits", "image", bits=[8, 4]),
        "adversarial_l2": right("seed", "radius_l2", "image", radius_l2=[0.5]),
        "adversarial_linf": right("seed", "radius_linf", "image", radius_linf=[0.01]),
    })


@pytest.fixture
def figures(tmp_path, monkeypatch):
    """What is drawn: name of the figure -> its panels, and its caption."""
    found = {}

    def drawn(name, caption, panels, *_):
        found[name] = panels
        return charts.Figure(name, caption)

    monkeypatch.setattr(page, "lines", drawn)
    page.accuracy_figures(made(), NETWORKS)
    return found


def test_the_undisturbed_network_stands_at_0(figures):
    found = made()
    values, axis, _ = figures["noise/gaussian"]["Gaussian noise on the weights"]
    assert values[axis].values.tolist() == [0.0, 0.1, 0.4]
    for draw in range(2):
        at_0 = values.sel(sigma=0, network="sam").isel(draw=draw)
        assert (at_0.values == found.clean.sel(network="sam").values).all()
    noisy = values.sel(sigma=0.4).transpose(*found.gaussian.sel(sigma=0.4).dims)
    assert (noisy.values == found.gaussian.sel(sigma=0.4).values).all()


def test_bits_go_from_few_to_many(figures):
    values, axis, _ = figures["noise/bits"]["Rounded, one scale per tensor"]
    assert values[axis].values.tolist() == [4, 8]
