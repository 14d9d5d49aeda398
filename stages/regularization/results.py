"""What was measured of the networks, by name; what is right is 0 or 100, so that means are percent."""

from stages.core.claims import best, halves
from stages.core.errors import UserError
from stages.core.measurements import measured
from stages.regularization.methods import COMBINATIONS, PLAIN, SINGLES

# name -> how tables and legends call it; the control first
NETWORKS = {name: name.replace("_", " + ") for name in (PLAIN, *SINGLES, *COMBINATIONS)}
NETWORKS["all"] = "all three"
REGULARISED = {name: label for name, label in NETWORKS.items() if name != PLAIN}
LONGER = "best", PLAIN                                       # the best combination, and its control
NOT_PERCENT = {"brier", "nats", "repaired_nats", "temperature"}


def results(kind, networks, seeds):
    """A Dataset of one kind of measures, clean, disturbed, longer or sweep, of these networks and seeds."""
    found = measured(f"data/regularization/{kind}/{{network}}/{{seed}}.safetensors",
                     network=networks, seed=seeds)
    return found.assign({name: 100 * found[name] for name in found if name not in NOT_PERCENT})


def gain(right):
    """What each network with a method has more than the plain one, image by image."""
    return right.drop_sel(network=PLAIN) - right.sel(network=PLAIN)


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
