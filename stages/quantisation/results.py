"""What was measured of the networks, by name; right is in percent."""

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


def plain(found):
    """Percent right of networks with quantised weights: kind of levels -> bits -> DataArray. Of one bit both
    kinds are the same.
    """
    return {
        levels: {bits: found[f"{levels if bits > 1 else 'learnt'}_{bits}_{FULL}"].right for bits in BITS}
        for levels in ("learnt", "uniform")
    }


def sparse(settings, seeds):
    """Of sparse networks percent right and mean bits of a weight, by `strength` and `seed`."""
    few = seeds[: settings.seeds]
    one = measured("data/quantisation/sparse/{strength}/{seed}.safetensors",
                   strength=settings.sparse.strengths, seed=few)
    return one.assign(right=100 * one.right, bits=(one.bits * one.share).sum("layer"))


def plain_at(right, bits):
    """Percent right of plain networks, bits -> DataArray, on the line between two of them at mean `bits`."""
    within = bits.clip(BITS[0], BITS[-1])
    return sum(one * (1 - abs(within - number)).clip(0) for number, one in right.items())
