"""What is recorded comes back under its names, and files stand side by side where their path says."""

import numpy as np
import pytest
import torch

from stages.core.measurements import measured, record, recorded


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_names_axes_places_and_facts_come_back():
    right = torch.tensor([[[True, False, True]], [[False, False, True]]])
    record("data/one.safetensors", {
        "right": ("sigma draw image", right), "loss": ("", 0.25), "rows": ("epoch", [1.5, 0.5]),
    }, {"processor": "some"}, sigma=[0.1, 0.4])
    found = recorded("data/one.safetensors")
    assert found.right.dims == ("sigma", "draw", "image")
    assert found.right.sel(sigma=0.4, draw=0).values.tolist() == [0.0, 0.0, 1.0]
    assert found.right.dtype == np.float64
    assert float(found.loss) == 0.25
    assert found.rows.values.tolist() == [1.5, 0.5]
    assert found.attrs == {"processor": "some"}


def test_files_stand_side_by_side_in_the_order_that_is_asked_for():
    for network, at in ("sgd", 1), ("sam", 2):
        for seed in 3, 1:
            record(f"{network}/{seed}.safetensors", {"x": ("image", [10.0 * at, seed])}, {"seed": seed})
    found = measured("{network}/{seed}.safetensors", network=["sgd", "sam"], seed=[3, 1])
    assert found.x.dims == ("network", "seed", "image")
    assert found.seed.values.tolist() == [3, 1]
    assert found.x.sel(network="sam", seed=1).values.tolist() == [20.0, 1.0]
    assert found.x.sel(network="sgd").values.tolist() == [[10.0, 3.0], [10.0, 1.0]]


def test_numbers_may_stand_along_an_axis_of_the_path():
    for bits in 2, 3:
        record(f"bits-{bits}.safetensors", {"x": ("", bits)})
    assert measured("bits-{bits}.safetensors", bits=(2, 3)).x.sel(bits=3).item() == 3


@pytest.mark.parametrize(
    ("axes", "places", "message"),
    [("image", {}, "has 2 axes"), ("draw image", {"draw": [1]}, "has 2 places along draw")],
)
def test_wrong_axes_are_our_own_mistake(axes, places, message):
    with pytest.raises(AssertionError, match=message):
        record("x.safetensors", {"x": (axes, torch.zeros(2, 3))}, **places)


def test_files_with_other_places_do_not_join():
    for seed, sigma in (1, 0.1), (2, 0.2):
        record(f"{seed}.safetensors", {"x": ("sigma", [1.0])}, sigma=[sigma])
    with pytest.raises(ValueError, match="sigma"):
        measured("{seed}.safetensors", seed=[1, 2])
