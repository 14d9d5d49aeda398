"""What was measured, by name: accuracy in percent, costs in millions of multiply-accumulates, shares in percent.

A network has the seeds that params.yaml gives it, so that most of this is dict name -> DataArray.
"""

import numpy as np
import xarray as xr

from stages.core.measurements import measured, recorded
from stages.core.seeds import listed

ALWAYS, NEVER = 0.99, 0.01       # shares of test images; between them a gate is conditional
STATES = {"conditional": "conditional", "always": "always open", "never": "always closed"}


def of_networks(group, networks):
    """A Dataset for each network of a section of params.yaml, name -> one; what is right is in percent."""
    found = {name: measured(f"data/dynamic/{group}/{name}/{{seed}}.safetensors", seed=listed(one.seeds))
             for name, one in networks}
    return {name: one.assign({key: 100 * one[key] for key in ("right", "train_right") if key in one})
            for name, one in found.items()}


def costs():
    """Parameters and millions of multiply-accumulates by `network`, of plain networks and those with kernels."""
    found = recorded("data/dynamic/cost.safetensors")
    return found.assign(macs=found.operations / 2e6)


def narrow(names, seeds):
    """Percent right of the narrower plain networks, name -> DataArray."""
    return {name: 100 * measured(f"data/dynamic/narrow/{name}/{{seed}}.safetensors", seed=seeds).right
            for name in names}


def of_same_cost(macs, dense):
    """Percent right of a plain network that costs `macs`, one number a seed, in each image.

    `dense` is a list of (cost, percent right) of plain networks; between two of them what is right changes
    linearly with cost, beyond the last as between the last two.
    """
    dense = sorted(dense, key=lambda pair: pair[0])
    places = np.array([cost for cost, _ in dense])
    found = []
    for seed in macs.seed.values:
        cost = float(macs.sel(seed=seed))
        i = int(np.clip(places.searchsorted(cost) - 1, 0, len(dense) - 2))
        share = (cost - places[i]) / (places[i + 1] - places[i])
        below, above = (right.sel(seed=seed) for _, right in dense[i : i + 2])
        found.append((1 - share) * below + share * above)
    return xr.concat(found, "seed")


def states(opened):
    """Of gates by (…, image, gate): which are always open, never, and conditional; along the axis `network`."""
    rate = opened.mean("image")
    parts = {"always": rate > ALWAYS, "never": rate < NEVER}
    parts["conditional"] = ~(parts["always"] | parts["never"])
    return xr.concat([100.0 * parts[name] for name in STATES], "network").assign_coords(network=list(STATES))


def by_block(values, sizes):
    """Values along the axis `gate`, as one DataArray a block, of which the gates are so many."""
    ends = np.cumsum(sizes)
    return [values.isel(gate=slice(end - size, end)) for end, size in zip(ends, sizes, strict=True)]


def attacks(kinds, seeds):
    """A Dataset for each kind of network, name -> one: right and, unless it is plain, moved, in percent, by
    `images`: clean, noise, transfer, white.
    """
    return {kind: 100 * measured(f"data/dynamic/attacks/{kind}/{{seed}}.safetensors", seed=seeds)
            for kind in kinds}
