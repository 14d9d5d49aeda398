"""What was measured of the networks, by name; right is in percent."""

import xarray as xr

from stages.core.measurements import measured
from stages.quantisation.params import BITS, FULL, setting

LEVELS = {"learnt": "learnt levels", "uniform": "uniform levels", "backpropagated": "back-propagated levels"}


def words(name):
    """How tables and figures call a network: weights / activations, and levels."""
    if name == "full":
        return "32/32, full precision"
    found = setting(name)
    return f"{found['weights']}/{found['activations']}, {LEVELS[found['levels']]}"


def results(settings, seeds):
    """Of every network a Dataset, name -> one, with the axis `seed`: seeds differ in number."""
    found = {}
    for name in settings.networks:
        few = seeds if name in settings.every_seed else seeds[: settings.seeds]
        one = measured(f"data/quantisation/networks/{name}/{{seed}}.safetensors", seed=few)
        found[name] = one.assign(right=100 * one.right)
    return found


def fits(seeds):
    """Levels fitted to the baseline's weights: (levels, bits) -> Dataset."""
    return {
        (levels, bits): measured(f"data/quantisation/fits/{levels}_{bits}/{{seed}}.safetensors", seed=seeds)
        for bits in BITS for levels in ("learnt", "uniform")
    }


def by_bits(found):
    """Percent right of networks with quantised weights, by `network` (kind of levels) and `bits`; of one bit
    both kinds are the same.
    """
    kinds = [["learnt"] * 3, ["learnt", "uniform", "uniform"]]
    rights = [
        xr.concat([found[f"{levels}_{bits}_{FULL}"].right for levels, bits in zip(kind, BITS, strict=True)],
                  "bits", join="inner")
        for kind in kinds
    ]
    return xr.concat(rights, "network", join="inner").assign_coords(
        network=["learnt", "uniform"], bits=list(BITS))


def sparse(settings, seeds):
    """Of sparse networks percent right and mean bits of a weight, by `strength` and `seed`."""
    few = seeds[: settings.seeds]
    one = measured("data/quantisation/sparse/{strength}/{seed}.safetensors",
                   strength=settings.sparse.strengths, seed=few)
    return one.assign(right=100 * one.right, bits=(one.bits * one.share).sum("layer"))


def plain_at(right, bits):
    """Percent right of plain networks, `right` along `bits`, on the line between two of them at mean bits."""
    near = (1 - abs(bits.clip(BITS[0], BITS[-1]) - right.bits)).clip(0)
    return (right * near).sum("bits")
