"""How far a weight matrix can be cut: the least rank that keeps what the network can do."""

import xarray as xr


def least_rank(right, whole, points=1.0):
    """The least rank from which on accuracy is within `points` of the whole network's, for each seed."""
    within = right.mean("image") >= whole.mean("image") - points
    return xr.where(within, 0, right["rank"]).max("rank") + 1
