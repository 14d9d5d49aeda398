"""What was measured of all generators, by name; shares are in percent."""

import numpy as np
import xarray as xr
from scipy.stats import rankdata

from stages.core.histories import histories
from stages.core.measurements import measured

LOSSES = {"saturating": "GAN, saturating", "non_saturating": "GAN", "wgan": "WGAN, clipped",
          "penalty": "WGAN, penalty"}
GANS, WGANS = ["saturating", "non_saturating"], ["wgan", "penalty"]
TOLD = {"conditional": "conditional", "unconditional": "unconditional"}
GARMENTS = {"dense": "dense", "convolutional": "convolutional", "soft": "dense, soft labels",
            "noisy": "dense, noisy inputs"}
ROLES = {"objects": "objects", "digits": "digits", "garments": "garments"}
SHARES = "sure", "precision", "recall", "named"


def results(seeds):
    """Of every generator, and of test images in its place, the numbers of measuring.py and what its stage
    recorded besides: name -> Dataset with the axis `seed`. Test images have the name of their role.
    """
    groups = {"objects": LOSSES, "conditional": TOLD, "garments": GARMENTS, "real": ROLES}
    found = {
        name: measured(f"data/gan/{group}/{name}/{{seed}}.safetensors", seed=seeds)
        for group, names in groups.items() for name in names
    }
    found["acgan"] = measured("data/gan/acgan/{seed}.safetensors", seed=seeds)
    return {name: in_percent(one) for name, one in found.items()}


def in_percent(found):
    """The same with shares in percent."""
    return found.assign({name: 100 * found[name] for name in SHARES if name in found})


def trainings(group, names, seeds):
    """Losses by `network`, `seed` and `epoch`."""
    return histories({f"gan/{group}": list(names)}, seeds)


def rank_correlation(x, y):
    """Spearman's, over epochs from the second on: in the first a critic is new."""
    def ranks(values):
        values = values.transpose(..., "epoch").isel(epoch=slice(1, None))
        return values.copy(data=rankdata(values.to_numpy(), axis=-1))

    return xr.corr(ranks(x), ranks(y), "epoch")


def fallen(norms):
    """How far the last norm is below the largest, in orders of magnitude, 0 or more."""
    return np.log10(norms.max("step") / norms.isel(step=-1))


def unrest(losses):
    """Root mean square change of a loss from one epoch to the next, in the second half of training."""
    late = losses.isel(epoch=slice(losses.sizes["epoch"] // 2, None))
    return np.sqrt((late.diff("epoch") ** 2).mean("epoch"))
