"""What was measured, by name; right, shares and validation are in percent.

Of each network, right of test images is at one of three epochs:

last      the last
best      the best: chosen on one half of the test images and read on the other, both ways
stopped   where most labels of held-out images, as wrong as the others, are predicted: early stopping
"""

import numpy as np

from stages.core.claims import halves
from stages.core.measurements import measured, recorded
from stages.noisy_labels.params import METHODS, SYMMETRIC

NAMES = {
    "ce": "cross-entropy (CE)",
    "sce": "symmetric (SCE)",
    "gce": "generalised (GCE)",
    "smoothing": "label smoothing",
    "bootstrap": "bootstrap, hard",
    "forward": "forward correction",
    "mixup": "mixup",
}


def of_percent(one):
    """The measurements of some networks with right, shares by class and validation in percent."""
    rightly = one["images"] - one.mislabelled
    return one.assign(
        right=100 * one.right, validation=100 * one.validation, fitted=100 * one.fitted / rightly,
        memorised=100 * one.memorised / one.mislabelled, recovered=100 * one.recovered / one.mislabelled,
    )


def results(settings, seeds):
    """method -> noise -> Dataset of all its seeds, with the axes `seed`, `epoch`, `image` and `class`."""
    return {
        method: {
            noise: of_percent(measured(
                f"data/noisy_labels/{method}/{noise}/{{seed}}.safetensors", seed=seeds,
            )) for noise in settings.noises.of(method)
        } for method in METHODS
    }


def swept(settings, found, seeds):
    """What SCE's alpha and beta do: parameter -> value -> Dataset, with the default, of the first seed."""
    own, sweep = found["sce"][SYMMETRIC].isel(seed=slice(1)), {}
    for key, values in settings.sweep:
        path = f"data/noisy_labels/sweep/{key}_{{value}}/{{seed}}.safetensors"
        one = of_percent(measured(path, value=values, seed=seeds[:1]))
        others = {value: one.sel(value=value) for value in values}
        sweep[key] = dict(sorted(({getattr(settings.methods.sce, key): own} | others).items()))
    return sweep


def last(one):
    return one.right.isel(epoch=-1)


def best(one):
    import xarray as xr

    both = halves(one.right)
    read = [half.isel(epoch=other.mean("image").argmax("epoch"))
            for half, other in zip(both, reversed(both), strict=True)]
    return xr.concat(read, "image", coords="minimal", compat="override")


def stopped(one):
    return one.right.isel(epoch=one.validation.argmax("epoch"))


def share(one, of):
    """Percent of images, all classes together: of mislabelled ones `memorised` or `recovered`, of the others
    `fitted`.
    """
    count = one["images"] - one.mislabelled if of == "fitted" else one.mislabelled
    return (one[of] * count).sum("class") / count.sum("class")


def of_classes(values, labels):
    """The mean of each class of test images: `values` with the axis `class` in place of `image`."""
    return values.groupby(labels).mean()


def spread(right, labels):
    """How far the true accuracies of classes lie apart, in points: the deviation between those seen, less
    what the choice of test images adds to it, not below 0; as a value for each image, whose mean it is: its
    jackknife. `right` in percent, axes `seed` and `image`; `labels` of the images, two or more of a class.
    """
    right = right.transpose("seed", "image")
    member = (np.unique(labels)[:, None] == labels.values).astype(float)             # (classes, images)
    moments = np.stack([np.ones_like(right), right, right**2])                       # each (seeds, images)
    of_each = moments[..., None] * member.T
    whole = of_each.sum(2, keepdims=True)
    n, all_of_them, without = right.sizes["image"], deviation(*whole), deviation(*(whole - of_each))
    return right.copy(data=n * all_of_them - (n - 1) * without)


def deviation(count, total, squares):
    """That deviation of classes, the last axis, from sums over the images of each."""
    mean = total / count
    chance = (squares / count - mean**2) / (count - 1)
    return np.sqrt(np.maximum(mean.var(-1) - chance.mean(-1) * (1 - 1 / mean.shape[-1]), 0))


def given_labels(noises, seed):
    """How many labels of each class are given as which: noise -> DataArray, of the images for training."""
    return {noise: recorded(f"data/noisy_labels/labels/{noise}/{seed}.safetensors").confusion
            for noise in noises}
