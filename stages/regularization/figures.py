"""Curves and figures: gains, accuracy by parameter, reliability, accuracy under corruption and attack."""

import xarray as xr

from stages.core.charts import dots, lines, write_lines
from stages.core.histories import histories
from stages.core.params import read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.regularization.methods import PLAIN, SINGLES, SWEPT, values_of
from stages.regularization.params import Regularization
from stages.regularization.results import NETWORKS, REGULARISED, clean, disturbed, gain, swept

CHANCE = 10                                                  # percent; ten classes
AXES = {"size": "side of the square, pixels", "alpha": "α", "weight": "weight of the rotation loss"}
SHOWN = {name: NETWORKS[name] for name in (PLAIN, *SINGLES, "all")}          # where all would be a tangle


def sweep_panels(settings):
    """A panel for each method: accuracy by the value of its parameter."""
    right = swept(settings)
    panels = {}
    for method, key in SWEPT.items():
        variants = values_of(settings.sweep, method)
        values = right.sel(network=list(variants.values())).rename(network=key)
        values = values.assign_coords({key: list(variants)}).expand_dims(network=["small"])
        panels[method] = values, key, AXES[key]
    return panels


def with_undisturbed(right, measure, axis):
    """Percent right along `axis`, with the images as they are at 0; `right` is of at least as many images."""
    undisturbed = right.isel(image=slice(None, measure.sizes["image"]))
    return xr.concat([undisturbed.expand_dims({axis: [0.0]}), measure], axis)


def run():
    settings = read("regularization", Regularization)
    seeds = listed(settings.seeds)
    asis, found = clean(seeds), disturbed(seeds)
    by_severity = with_undisturbed(asis.right, found.corrupted.mean("corruption"), "severity")
    by_epsilon = with_undisturbed(asis.right, found.fgsm, "epsilon")
    folder, curves = "regularization/figures", "plots/regularization/curves"
    dots(f"{folder}/gains", {
        "Test images": {"": gain(asis.right)},
        "Corrupted test images": {"": gain(found.corrupted)},
    }, REGULARISED, "points of accuracy over plain", 0)
    lines(f"{folder}/sweep", sweep_panels(settings), {"small": "one method"}, "test accuracy, %")
    lines(f"{folder}/reliability", {
        title: (gap, "tenth", "tenth of the test images, by confidence")
        for title, gap in {"As trained": asis.gap, "After the temperature": asis.repaired_gap}.items()
    }, SHOWN, "accuracy minus confidence, points", 0)
    lines(f"{folder}/corruptions", {"All corruptions": (by_severity, "severity", "severity")},
          SHOWN, "test accuracy, %", CHANCE, ylim=(0, 100))
    lines(f"{folder}/attacks", {"FGSM": (by_epsilon, "epsilon", "ε, in 1/255")},
          SHOWN, "test accuracy, %", CHANCE, ylim=(0, 100))
    write_lines(f"{curves}/severity.csv", by_severity, "severity", NETWORKS)
    write_lines(f"{curves}/fgsm.csv", by_epsilon, "epsilon", NETWORKS)
    trainings = histories("regularization", NETWORKS, seeds)
    write_lines(f"{curves}/training.csv", trainings.train_loss, "epoch", NETWORKS)


if __name__ == "__main__":
    main(run)
