"""What was measured of the networks, by name: which test images are right, undisturbed and disturbed."""

from stages.core.measurements import measured
from stages.noise.params import LOW_BITS

# name -> words, of all networks that there may be; the control first
NETWORKS = {
    "sgd": "SGD",
    "gaussian": "SGD with noise",
    "sam": "SAM",
    "sam_multistep": "SAM, more steps",
    "sam_linf": "SAM, L∞",
}
RIGHT = "clean", "train_right", "gaussian", "per_tensor", "per_channel", "adversarial_l2", "adversarial_linf"


def labels(networks):
    """How tables and legends call these networks: name -> words."""
    return {name: NETWORKS[name] for name in networks}


def results(networks, seeds):
    """All measures of `networks`, a Dataset with these and `seed` as axes; right is 0 or 100 percent."""
    kinds = [
        measured(f"data/noise/{kind}/{{network}}/{{seed}}.safetensors", network=networks, seed=seeds)
        for kind in ("robustness", "landscape")
    ]
    found = kinds[0].merge(kinds[1], combine_attrs="drop_conflicts")
    return found.assign({name: 100 * found[name] for name in RIGHT})


def left(found):
    """Percent right of networks under each disturbance of their weights: measure -> DataArray, means over
    strengths, radii and bits.
    """
    low = found.bits[found.bits <= LOW_BITS]
    rounded = (found.per_tensor.sel(bits=low) + found.per_channel.sel(bits=low)) / 2
    return {
        "gaussian": found.gaussian.mean("sigma"),
        "adversarial": found.adversarial_l2.mean("radius_l2"),
        "low_bits": rounded.mean("bits"),
    }


def lost(found):
    """Points of test accuracy that networks lose to each disturbance, as in `left`, image by image."""
    return {measure: found.clean - right for measure, right in left(found).items()}
