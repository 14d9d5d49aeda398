"""What was measured, by name: accuracy and shares in percent, costs in millions of multiply-accumulates.

A network has the seeds that params.yaml gives it, so that most of this is dict name -> DataArray.
"""

import numpy as np
import xarray as xr

from stages.core.charts import side_by_side
from stages.core.measurements import measured, recorded
from stages.core.seeds import listed

ALWAYS, NEVER = 0.99, 0.01       # shares of test images; between them a gate is conditional
STATES = {"conditional": "conditional", "always": "always open", "never": "always closed"}


def of_networks(group, networks):
    """A Dataset for each network of a section of params.yaml, name -> one."""
    return {name: measured(f"data/dynamic/{group}/{name}/{{seed}}.safetensors", seed=listed(one.seeds))
            for name, one in networks}


def right(found, split="test"):
    """Percent right of networks, name -> DataArray, of Datasets by name."""
    if split == "test":
        return {name: 100 * one.right for name, one in found.items()}
    return {name: 100 * one.train_right.rename(train_image="image") for name, one in found.items()}


def costs():
    """Parameters, operations and millions of multiply-accumulates by `network`, plain ones and those with
    kernels.
    """
    found = recorded("data/dynamic/cost.safetensors")
    return found.assign(macs=found.operations / 2e6)


def millions(gated):
    """Millions of multiply-accumulates of networks with gates, name -> DataArray."""
    return {name: one.macs / 1e6 for name, one in gated.items()}


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
    """Which gates are always open, never, and conditional, in percent: along the axis `network`; of what was
    open by image and gate.
    """
    rate = opened.mean("image")
    parts = {"always": rate > ALWAYS, "never": rate < NEVER}
    parts["conditional"] = ~(parts["always"] | parts["never"])
    return side_by_side({name: 100.0 * parts[name] for name in STATES})


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
