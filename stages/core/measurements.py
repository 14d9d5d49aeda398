"""Measurements: arrays with named axes, so that claims, tables and figures ask for numbers by name.

A stage records what it measured of one network and one seed; whoever tests or draws it reads all of them side
by side, where the names in the path's braces are axes too:

    record(f"data/noise/robustness/{network}/{seed}.safetensors", {
        "clean": ("image", right),                           # (n,)
        "gaussian": ("sigma draw image", right_under_noise),
    }, sigma=[0.1, 0.2, 0.4])

    found = measured("data/noise/robustness/{network}/{seed}.safetensors", network=NETWORKS, seed=seeds)
    found["gaussian"].sel(network="sam", sigma=0.4)          # (seed, draw, image)
"""

import itertools

import torch

from stages.core.files import load, save


def record(path, arrays, facts=None, **places):
    """Writes `arrays`, name -> (its axes in one string, a tensor, a list or a number), to one file.

    `places` says what stands along an axis, e.g. sigma=[0.1, 0.2]; an axis without is counted. `facts` are
    words and numbers that describe the measurement.
    """
    tensors = {name: torch.as_tensor(values) for name, (_, values) in arrays.items()}
    axes = {name: words.split() for name, (words, _) in arrays.items()}
    for name, tensor in tensors.items():
        if tensor.dim() != len(axes[name]):
            raise AssertionError(f"{name} has {tensor.dim()} axes, but {axes[name]} names {len(axes[name])}")
        for axis, length in zip(axes[name], tensor.shape, strict=True):
            if axis in places and len(places[axis]) != length:
                raise AssertionError(f"{name} has {length} places along {axis}: {places[axis]}")
    save(path, tensors, axes=axes, places={axis: list(at) for axis, at in places.items()}, facts=facts or {})


def recorded(path):
    """What `record` wrote, as an xarray.Dataset in float64; its `attrs` are the facts."""
    import xarray as xr

    tensors, header = load(path)
    found = {
        name: (axes, tensors[name].double().numpy()) for name, axes in header["axes"].items()
    }
    return xr.Dataset(found, header["places"], header["facts"])


def measured(pattern, **axes):
    """The files of a `pattern` with names in braces, side by side along an axis for each of these names.

    `axes` says what stands along each, in order: network=["sgd", "sam"], seed=[1, 2, 3].
    """
    import xarray as xr

    axes = {name: list(places) for name, places in axes.items()}
    files = [
        recorded(pattern.format(**dict(zip(axes, at, strict=True)))).expand_dims(list(axes))
        .assign_coords({name: [place] for name, place in zip(axes, at, strict=True)})
        for at in itertools.product(*axes.values())
    ]
    joined = files
    for name, places in reversed(axes.items()):
        joined = [
            xr.concat(joined[i : i + len(places)], name, coords="minimal", compat="equals", join="exact",
                      combine_attrs="drop_conflicts")
            for i in range(0, len(joined), len(places))
        ]
    return joined[0]
