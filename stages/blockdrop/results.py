"""What was measured, by name: test images that are right, in percent, and the blocks that policies run."""

import numpy as np
import xarray as xr

from stages.core.measurements import measured

CUT = {"residual": "residual network", "vgg": "VGG"}         # what parts are left out of
NETWORKS = CUT | {"stochastic": "stochastic depth", "short": "short paths only"}
POLICIES = {"sparing": "sparing", "careful": "careful"}
RIVALS = {
    "learned": "learned policies",
    "exchanged": "the same, for other images",
    "random_tuned": "random blocks, trained on",
    "random": "random blocks",
    "fixed_tuned": "one set of blocks, trained on",
    "fixed": "one set of blocks",
    "stochastic": "random blocks, stochastic depth",
}
TUNED = "learned", "exchanged", "random_tuned", "fixed_tuned"        # trained on with what they run


def networks(seeds):
    """Right, and the margin, of the NETWORKS with all their parts: axes network, seed, image."""
    found = measured("data/blockdrop/trained/{network}/{seed}.safetensors", network=NETWORKS, seed=seeds)
    return found.assign(right=100 * found.right)


def lesions(seeds):
    """Right with parts left out or exchanged, a Dataset for each network in CUT: their parts differ."""
    found = {}
    for name in CUT:
        one = measured(f"data/blockdrop/lesions/{name}/{{seed}}.safetensors", seed=seeds)
        found[name] = one.assign({what: 100 * one[what] for what in ("alone", "several", "shuffled")})
    return found


def paths(seeds):
    """Of each image the share of the gradient, in percent, that paths of each length carry: share; and the
    norm along one of them. Axes seed, length, image.
    """
    found = measured("data/blockdrop/paths/{seed}.safetensors", seed=seeds)
    norm, number = found.norm.mean("draw"), found.paths.isel(seed=0, drop=True)
    carried = norm * number
    length = np.arange(found.sizes["length"])
    return xr.Dataset({
        "share": 100 * carried / carried.sum("length"), "norm": norm, "number": 100 * number / number.sum(),
    }).assign_coords(length=length)


def policies(seeds):
    """Right of the RIVALS, and the gates of learned policies: axes policy, seed, image, and draw or block;
    and after the curriculum alone, without the axis policy.
    """
    found = measured("data/blockdrop/joint/{policy}/{seed}.safetensors", policy=POLICIES, seed=seeds)
    before = measured("data/blockdrop/curriculum/{seed}.safetensors", seed=seeds)
    return found.assign({name: 100 * found[name] for name in RIVALS}), before.assign(right=100 * before.right)


def harder(margin):
    """1 for the images of each seed that are harder than most, by their margin, and -1 for the others."""
    return xr.where(margin < margin.median("image"), 1.0, -1.0)


def by_difficulty(values, margin):
    """`values`, axes network, seed and image, in quarters of the images by their margin, the least first:
    axes network, seed, quarter and image.
    """
    order = margin.transpose("seed", "image").values.argsort(1)
    values = values.transpose("network", "seed", "image")
    size = order.shape[1] // 4
    ordered = np.take_along_axis(values.values, order[None], 2)[..., : 4 * size]
    places = {"network": values.network.values, "seed": values.seed.values, "quarter": range(1, 5)}
    quarters = ordered.reshape(*values.shape[:2], 4, size)
    return xr.DataArray(quarters, places, ["network", "seed", "quarter", "image"])
