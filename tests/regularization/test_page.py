"""What figures, tables and the answer are made from."""

import numpy as np
import pytest
import xarray as xr

from stages.core.params import load_yaml
from stages.regularization.page import along, best_values, sweep_panels
from stages.regularization.params import Regularization
from stages.regularization.results import NETWORKS
from stages.regularization.tables import longer_table, values_in_words

SWEEP = ["plain", "mixup_1", "cutout_16", "mixup_0.4", "cutout_8", "rotation_0.5"]


@pytest.fixture
def settings(root):
    return Regularization(**load_yaml(root / "params.yaml")["regularization"] | {"sweep": SWEEP})


def right(networks, means, images=4):
    """Percent right (network, seed, image): `means` of a network, one for each half of the images."""
    rows = [np.repeat(np.broadcast_to(means.get(name, 50.0), 2), images // 2) for name in networks]
    return xr.DataArray(rows, {"network": list(networks)}, ("network", "image")).expand_dims(seed=[1, 2])


def test_images_as_they_are_stand_at_0_and_are_those_that_were_disturbed():
    clean = right(NETWORKS, {"all": (80.0, 20.0)})
    disturbed = right(NETWORKS, {"all": 10.0}, images=2).expand_dims(severity=[1, 3])
    found = along("severity", clean, disturbed).sel(network="all")
    assert found.severity.values.tolist() == [0, 1, 3]
    assert found.mean(["seed", "image"]).values.tolist() == [80, 10, 10]     # the first two images of four


def test_a_panel_of_the_sweep_goes_from_plain_to_the_largest_value(settings):
    panels = sweep_panels(settings, right(SWEEP, {"plain": 60.0, "cutout_8": 70.0, "cutout_16": 80.0}))
    assert list(panels) == ["cutout", "mixup", "rotation"]
    values, axis, _ = panels["cutout"]
    assert values[axis].values.tolist() == [0, 8, 16]
    assert values.sel(network="small").mean(["seed", "image"]).values.tolist() == [60, 70, 80]


def test_the_best_value_is_chosen_on_one_half_and_its_gain_is_of_the_other(settings):
    found = best_values(settings, right(SWEEP, {
        "cutout_8": (90.0, 40.0), "cutout_16": (60.0, 99.0), "mixup_1": (40.0, 90.0), "mixup_0.4": 40.0,
        "rotation_0.5": (51.0, 53.0),
    }))
    assert found == "cutout 8 (-10.0 points), no mixup, rotation 0.5 (+3.0 points)"


def test_the_longer_run_is_shown_beside_the_usual_one_of_the_same_network(settings):
    usual = right(NETWORKS, {"mixup_rotation": (90.0, 70.0), "all": (80.0, 95.0)})
    table = longer_table(settings, usual, right(["best", "plain"], {"best": (0.0, 75.0), "plain": 55.0}))
    assert table.rows == [["mixup + rotation", "70.0", "75.0"], ["plain", "50.0", "55.0"]]


def test_values_of_methods_have_signs(settings):
    assert values_in_words(settings, "plain") == "none"
    assert "size 8" in values_in_words(settings, "cutout_mixup")
    assert "α 0.2" in values_in_words(settings, "cutout_mixup")
