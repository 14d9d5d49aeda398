"""What was measured, by name: DataArrays with the axes `network`, `seed`, `image`; shares are in percent."""

from stages.core.measurements import measured

PERCENT = "named", "robust_named", "own", "right", "precision", "recall"
NAMES = {"start": "the start itself", "robust": "robust network", "standard": "standard network"}
KINDS = {"gaussian": "from Gaussian seeds", "other": "from images of other classes"}


def results(task, seeds, **axis):
    """Name -> DataArray of a task, whose files may lie along one more axis, kind=["gaussian", "other"]."""
    path = "".join(f"/{{{name}}}" for name in axis)
    found = measured(f"data/synthesis/measured/{task}{path}/{{seed}}.safetensors", **axis, seed=seeds)
    renamed = {name: one.rename({axis: "network" for axis in ("painter", "judged") if axis in one.dims})
               for name, one in found.data_vars.items()}
    return {name: 100 * one if name in PERCENT else one for name, one in renamed.items()}


def pooled(values, axis):
    """Images that differ along `axis`, all along `image`."""
    import xarray as xr

    return xr.concat([values.isel({axis: i}, drop=True) for i in range(values.sizes[axis])], "image")


def all_results(settings, seeds):
    """Task -> its results; those of translation with the images of all pairs."""
    translation = results("translation", seeds, pair=["first", "second", "third"])
    together = {name: pooled(one, "pair") for name, one in translation.items() if "image" in one.dims}
    return {
        "generation": results("generation", seeds, kind=KINDS),
        "super_resolution": results("super_resolution", seeds, factor=settings.super_resolution.factors),
        "translation": together | {"right": translation["right"]},
        "pairs": translation,
        **{task: results(task, seeds) for task in ("inpainting", "sketch", "painting")},
    }
