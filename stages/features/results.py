"""What was measured, by name: which test images are right, and what networks make of the constructed sets."""

from stages.core.measurements import measured
from stages.features.recipe import kept, seen_path

# name -> how tables and legends call it; the control first
NETWORKS = {
    "sgd": "standard",
    "robust": "adversarially trained",
    "on_rand": "on D_rand",
    "on_det": "on D_det",
    "on_robust": "on the robust set",
    "on_robust_noise": "on the robust set from noise",
    "on_standard": "on the standard network's set",
}
NONROBUST = {"rand": "D_rand", "det": "D_det"}
INVERTED = {
    "robust": "robust network, from images",
    "robust_noise": "robust network, from noise",
    "standard": "standard network, from images",
}


def evaluations(seeds):
    """Two DataArrays with the axes `network`, `seed` and `image`, 0 or 100 percent right: of test images as
    they are, and of those that are attacked, with the axis `epsilon`.
    """
    pattern = "data/features/evaluation/{network}/{seed}.safetensors"
    found = 100 * measured(pattern, network=NETWORKS, seed=seeds)
    return found.clean, found.attacked.rename(attacked_image="image")


def seen(sets, seeds):
    """What networks make of `sets`, a Dataset with the axes `set` and `seed`: percent, or distances."""
    found = measured(seen_path("{set}", "{seed}"), set=sets, seed=seeds)
    return found.assign({name: 100 * found[name] for name in found if not name.startswith("distance")})


def losses(seeds):
    """Training losses, a DataArray with the axes network, seed, epoch; NaN after a network's last epoch."""
    import xarray as xr

    paths = [f"data/training/{kept(name)}/{{seed}}.safetensors" for name in NETWORKS]
    each = [measured(path, seed=seeds).train_loss for path in paths]
    return xr.concat(each, xr.Variable("network", list(NETWORKS)), join="outer")
