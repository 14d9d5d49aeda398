"""Curves and figures: accuracy against noise, radius and bits, and the loss along random directions."""

import numpy as np

from stages.core.charts import lines, write_lines
from stages.core.histories import histories
from stages.core.params import Depth, read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.noise.params import Networks
from stages.noise.results import labels, results

CHANCE = 10                                                  # percent; ten classes


def with_undisturbed(found, measure, axis):
    """Percent right along `axis`, with the undisturbed network at 0."""
    import xarray as xr

    return xr.concat([found.clean.expand_dims({axis: [0.0]}), found[measure]], axis, join="outer")


def panels(found):
    """Figure -> its panels, as `charts.lines` takes them."""
    return {
        "gaussian": {"Gaussian noise on the weights": (
            with_undisturbed(found, "gaussian", "sigma"), "sigma", "σ, in root mean squares of a filter",
        )},
        "adversarial": {
            "Adversarial weights, L2": (
                with_undisturbed(found, "adversarial_l2", "radius_l2"), "radius_l2",
                "radius, L2 norm of the change of all weights",
            ),
            "Adversarial weights, L∞": (
                with_undisturbed(found, "adversarial_linf", "radius_linf"), "radius_linf",
                "radius, largest change of a weight",
            ),
        },
        "bits": {
            "Rounded, one scale per tensor": (found.per_tensor.sortby("bits"), "bits", "bits per weight"),
            "Rounded, one scale per channel": (found.per_channel.sortby("bits"), "bits", "bits per weight"),
        },
    }


def run():
    networks, seeds = read("noise.networks", Networks), listed()
    found, names = results(networks, seeds), labels(networks)
    for name, of in panels(found).items():
        lines(f"noise/figures/{name}", of, names, "test accuracy, %", CHANCE, ylim=(0, 100))
    loss = np.log10(found.slices)
    lines("noise/figures/slices", {"Training loss along random directions": (
        loss, "distance", "distance, in norms of each filter",
    )}, names, "log₁₀ of the training loss in nats")
    noisy = with_undisturbed(found, "gaussian", "sigma")
    write_lines("plots/noise/curves/gaussian.csv", noisy, "sigma", names)
    write_lines("plots/noise/curves/per_channel.csv", found.per_channel, "bits", names)
    trainings = histories(f"resnet{read('training.depth', Depth)}", networks, seeds)
    write_lines("plots/noise/curves/training.csv", trainings.train_loss, "epoch", names)


if __name__ == "__main__":
    main(run)
