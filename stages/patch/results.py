"""What was measured, by name. Rates are in percent of the images that could have shown the success:

    says_target    the target is named, of images that are not called so without a patch
    errs           another class than the label is named, of images that are right without a patch
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from stages.core.files import load
from stages.core.measurements import measured
from stages.patch.params import DEFENCES, POOL, pixels_path

KINDS = {
    "targeted": "patch for the target", "untargeted": "untargeted patch", "grey": "grey",
    "noise": "random noise", "piece": "piece of an image of the target",
}
NETWORKS = {
    "resnet": "ResNet", "deeper": "deeper ResNet", "vgg": "VGG", "dense": "DenseNet",
    "robust": "robust ResNet", "cutout": "cutout ResNet", "median": "median filter",
}


def rate(hits, among):
    """Percent of the images `among` that are `hits`, as a value for each image, whose mean it is: the rate
    and the image's influence on it (docs/statistics.md). Of no images it is 0.
    """
    hits, among = (hits & among).astype(float), among.astype(float)
    share = among.mean("image")
    share = share.where(share > 0, 1)
    whole = hits.mean("image") / share
    return (100 * (whole + (hits - whole * among) / share)).drop_vars("image", errors="ignore")


def says_target(found, named="named"):
    """Of a Dataset as stages record it."""
    return rate(found[named] == found.target, found.clean != found.target)


def errs(found):
    """Likewise."""
    return rate(found.named != found.label, found.clean == found.label)


def succeeds(found):
    """How often squares of each kind do what they are for: without a target, make the network err."""
    return xr.where(found.kind == "untargeted", errs(found), says_target(found))


def right(found):
    """Percent right without patches."""
    return 100 * (found.clean == found.label).astype(float)


@dataclass(frozen=True)
class Results:
    """Datasets of all seeds: of the ResNet by `size`, at places, and of networks along the axis `network`."""

    success: xr.Dataset
    places: xr.Dataset
    transfer: xr.Dataset
    defences: xr.Dataset


def results(sizes, seeds):
    """The Results of `sizes` and `seeds`."""
    return Results(
        measured("data/patch/success/{size}/{seed}.safetensors", size=sizes, seed=seeds),
        measured("data/patch/map/{seed}.safetensors", seed=seeds),
        measured("data/patch/transfer/{network}/{seed}.safetensors", network=POOL, seed=seeds),
        measured("data/patch/defences/{network}/{seed}.safetensors", network=["resnet", *DEFENCES],
                 seed=seeds),
    )


def carried(transfer):
    """Success of the ResNet's patches by `size`, less that of a grey square at the same place, at which some
    networks err as well: on itself, and the mean on the other networks.
    """
    found = says_target(transfer, "by_size")
    found = found.sel(square="patch", drop=True) - found.sel(square="grey", drop=True)
    return found.sel(network="resnet", drop=True), found.drop_sel(network="resnet").mean("network")


def lost_when_small(transfer):
    """Points of success that patches of smaller sizes lack on other networks, against as large a share of
    what they have on their own as the largest keep there; mean over these sizes. A product of rates, whose
    values carry the influence of each image on both.
    """
    own, other = carried(transfer)
    at, rest = other["size"].max(), other["size"] < other["size"].max()
    whole = own.sel(size=at, drop=True)
    mean = whole.mean("image").where(whole.mean("image") > 0, 1)
    kept = other.sel(size=at, drop=True).mean("image") / mean
    influence = (other.sel(size=at, drop=True) - kept * whole) / mean
    small = own.where(rest, drop=True)
    return (kept * small + small.mean("image") * influence - other.where(rest, drop=True)).mean("size")


def ensembles(transfer):
    """Success of targeted patches on each network, of the ensemble of all others less the mean of these."""
    found = says_target(transfer).sel(kind="targeted", drop=True)
    gains = []
    for name in POOL:
        others = [source for source in POOL if source != name]
        on = found.sel(network=name)
        gains.append(on.sel(source="ensemble", drop=True) - on.sel(source=others).mean("source"))
    return xr.concat(gains, "network")


def by_target(success, classes):
    """Success of targeted patches, by target, a DataArray with the axis `network` for these: size -> it."""
    one = success.sel(kind="targeted", drop=True)
    each = {name: rate((one.named == i) & (one.target == i), (one.clean != i) & (one.target == i))
            for i, name in enumerate(classes)}
    joined = xr.concat(each.values(), "network").assign_coords(network=list(each))
    return {int(size): joined.sel(size=size, drop=True) for size in joined["size"].values}


def confusion(named, label, classes):
    """Percent of the images of each class, rows, that are named each class, columns; of all seeds."""
    label, named = (each.to_numpy().ravel().astype(int) for each in xr.broadcast(label, named))
    counts = np.bincount(label * classes + named, minlength=classes**2).reshape(classes, classes)
    axes = {"label": range(classes), "named": range(classes)}
    return xr.DataArray(100 * counts / counts.sum(1, keepdims=True), axes, list(axes))


def pictures(source, side, seed):
    """The patches learnt against `source`, as a tensor (classes + 1, c, side, side)."""
    return load(pixels_path(source, side, seed))[0]["pixels"]
