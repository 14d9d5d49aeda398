"""The page names the networks that were measured, and no others."""

from typing import get_args

import pytest
import xarray as xr

from stages.core.params import load_yaml
from stages.noise.page import answer, tables
from stages.noise.params import SECTIONS, Noise, Variant
from stages.noise.results import NETWORKS, labels

LESS = {"sgd": 10.0, "gaussian": 20.0, "sam": 30.0, "sam_multistep": 35.0, "sam_linf": 40.0}


def made(networks):
    """Each network errs on 5 %, and has as much less under any disturbance as LESS says."""
    def right(*axes, below=0.0):
        less = xr.DataArray([LESS[name] for name in networks], coords={"network": networks})
        return 95 - below * less.expand_dims(dict.fromkeys(["seed", *axes], 2))

    bits = right("bits", "image", below=1).assign_coords(bits=[4, 2])
    return xr.Dataset({
        "clean": right("image"), "train_right": right("train_image"), "brier": right("image") / 100,
        "eigenvalue": right(), "sharpness": right("radius_l2"), "per_tensor": bits, "per_channel": bits,
        "gaussian": right("sigma", "draw", "image", below=1),
        "adversarial_l2": right("radius_l2", "image", below=1),
    })


@pytest.mark.parametrize("variants", [["sam"], ["sam", "sam_linf"], ["sam", "sam_multistep", "sam_linf"]])
def test_rows_are_the_networks_that_are_listed(root, variants):
    networks = ["sgd", "gaussian", *variants]
    noise = Noise(**load_yaml(root / "params.yaml")["noise"] | {"sam": variants, "networks": networks})
    found = made(networks)
    for table in tables(noise, found, labels(networks)):
        assert [row[0] for row in table.rows] == list(labels(networks).values())
    lost = tables(noise, found, labels(networks))[2].rows
    assert [row[1:] for row in lost] == [
        [f"{LESS[name]:.1f}"] * 3 + [f"{95 - LESS[name]:.1f}"] * 3 for name in networks
    ]
    assert "SGD loses least: 10.0 points" in answer(found, labels(networks))


def test_every_network_that_may_be_listed_has_words_and_a_section():
    assert set(NETWORKS) == {"sgd", "gaussian", *get_args(Variant)}
    assert set(get_args(Variant)) <= set(SECTIONS)
