"""What was measured of the networks, by name; what is right is 0 or 100, so that means are percent."""

from stages.core.claims import best, halves
from stages.core.errors import UserError
from stages.core.measurements import measured
from stages.core.seeds import listed
from stages.regularization.methods import COMBINATIONS, PLAIN, SINGLES

# name -> how tables and legends call it; the control first
NETWORKS = {
    "plain": "plain",
    "cutout": "cutout",
    "mixup": "mixup",
    "rotation": "rotation",
    "cutout_mixup": "cutout + mixup",
    "cutout_rotation": "cutout + rotation",
    "mixup_rotation": "mixup + rotation",
    "all": "all three",
}
REGULARISED = {name: label for name, label in NETWORKS.items() if name != PLAIN}
LONGER = "best", PLAIN                                       # the best combination, and its control
PLACE = "data/regularization/{kind}/{{network}}/{{seed}}.safetensors"


def read_kind(kind, networks, seeds, *right):
    """A Dataset of one kind of measures with the axes `network` and `seed`, `right` in percent."""
    found = measured(PLACE.format(kind=kind), network=networks, seed=seeds)
    return found.assign({name: 100 * found[name] for name in right})


def clean(seeds):
    """Measures on test images as they are."""
    return read_kind("clean", NETWORKS, seeds, "right", "train_right", "gap", "repaired_gap",
                     "calibration_error", "repaired_calibration_error")


def disturbed(seeds):
    """Measures on some of the test images, corrupted and attacked."""
    return read_kind("disturbed", NETWORKS, seeds, "corrupted", "fgsm", "pgd")


def longer(seeds):
    """Which test images the longer runs get right: the networks of `LONGER`."""
    return read_kind("longer", LONGER, seeds, "right").right


def swept(settings):
    """Which test images the networks of the sweep get right, the variants as its axis `network`."""
    return read_kind("sweep", settings.sweep, listed(settings.small.seeds), "right").right


def gain(right):
    """What each network with a method has more than the plain one, image by image."""
    return right.sel(network=list(REGULARISED)) - right.sel(network=PLAIN)


def chosen(right):
    """The best single method and the best combination, by the half of the test images that chooses."""
    choosing, _ = halves(right)
    return best(choosing, SINGLES), best(choosing, COMBINATIONS)


def mean_corruption_error(corrupted):
    """For each network, the mean over corruptions of its errors in percent of the plain network's.

    Hendrycks & Dietterich 2019, section 4: errors are summed over severities before they are divided.
    """
    errors = (100 - corrupted).mean(["seed", "image"]).sum("severity")       # (network, corruption)
    reference = errors.sel(network=PLAIN)
    if not reference.all():
        raise UserError("the plain network makes no error under a corruption, so others' cannot be "
                        "relative to its: raise `regularization.images`, or take higher severities")
    return 100 * (errors / reference).mean("corruption")
