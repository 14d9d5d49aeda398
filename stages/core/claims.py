"""Claims: a paper's statements, tested on numbers just computed.

A claim rests on a difference of measurements with named axes (measurements.py), signed so that positive
favours it, as a rule in points of accuracy. Its 95 % interval covers everything that another run would draw
anew: the seeds, and with them the test images, draws of noise or batches, whichever axes the measurement has
(intervals.py); all other axes are averaged. A claim is supported when its whole interval is above 0,
contradicted when it is below, else inconclusive. It is not tested with fewer than three seeds, or when a
network that it rests on has not learnt. Nothing else decides a verdict.
"""

import re
from dataclasses import dataclass, replace

from stages.core.intervals import interval
from stages.core.words import counted

DRAWN = "image", "draw", "direction"                        # besides the seed
VERDICTS = {"supported": "✓", "contradicted": "✗", "inconclusive": "?", "not tested": "–"}
OURS = "our question"            # the source of a claim that no paper makes
LEAST = 20.0                     # percent right of a network that has learnt: twice the chance of ten classes
MOST_BY_ONE_IMAGE = {"points": 100.0}                        # unit -> what one image can change


@dataclass(frozen=True)
class Claim:
    """A tested statement: `effect` and its interval [low, high] in `unit`, positive in favour.

    `basis` says in words what the interval is over, `note` why there is no interval or no decision.
    """

    id: str
    sentence: str
    source: str
    unit: str
    effect: float
    low: float | None
    high: float | None
    basis: str
    note: str = ""

    def __post_init__(self):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.id):
            raise AssertionError(f"{self.id!r} is no name for a claim: use small letters, digits and _")
        if self.tested and not self.low <= self.effect <= self.high:
            raise AssertionError(f"{self.id}: {self.effect} is not in its interval [{self.low}, {self.high}]")

    @property
    def tested(self):
        return self.low is not None

    @property
    def verdict(self):
        if not self.tested:
            return "not tested"
        if self.low > 0:
            return "supported"
        return "contradicted" if self.high < 0 else "inconclusive"

    def row(self):
        """All of it as a flat dict."""
        return vars(self) | {"verdict": self.verdict}


def claim(id, difference, sentence, source, unit="points", given=None, least=LEAST):
    """The claim that the mean of `difference` is above 0.

    `difference` is a DataArray with an axis `seed`, or a list of them, whose means add up and which share
    nothing but the seeds (two networks, each measured on images of its own). `given` is the percentage right
    of the networks that the claim rests on, a DataArray or several: below `least`, a network has not learnt.
    """
    terms = difference if isinstance(difference, list) else [difference]
    effect = float(sum(term.mean() for term in terms))
    text = {"id": id, "sentence": sentence, "source": str(source), "unit": unit}
    note = reason(terms, given, least)
    if not note:
        try:
            effect, low, high = interval([drawn(term) for term in terms], MOST_BY_ONE_IMAGE.get(unit))
        except ValueError as error:
            note = str(error)
    if note:
        return Claim(effect=effect, low=None, high=None, basis=basis(terms), note=note, **text)
    return Claim(effect=effect, low=low, high=high, basis=basis(terms), **text)


def more(values, network, than, given, make=claim, **text):
    """The claim that one network has more of `values` than another; by `given`, both must have learnt.

    `make` may be another kind of claim, `within`.
    """
    return make(difference=values.sel(network=network) - values.sel(network=than),
                given=given.sel(network=[network, than]), **text)


def within(id, difference, bound, sentence, source, unit="points", **options):
    """The claim that the mean of `difference` is in (-bound, bound): its effect is bound - |mean|."""
    mean = claim(id, difference, sentence, source, unit, **options)
    if not mean.tested:
        return replace(mean, effect=bound - abs(mean.effect))
    nearest = 0.0 if mean.low <= 0 <= mean.high else min(abs(mean.low), abs(mean.high))
    low, high = bound - max(abs(mean.low), abs(mean.high)), bound - nearest
    wide = (mean.high - mean.low) / 2
    note = f"these data cannot tell ±{bound:g} from 0: the interval is ±{wide:.1f}" if wide >= bound else ""
    return replace(mean, effect=bound - abs(mean.effect), low=low, high=high, note=note)


def reason(terms, given, least):
    """Why a claim on `terms` cannot be tested, in words; empty if it can."""
    seeds = min(term.sizes.get("seed", 1) for term in terms)
    if seeds < 3:
        return f"{counted(seeds, 'seed')}, and three are the fewest that tell an effect from chance"
    for right in given if isinstance(given, list | tuple) else [] if given is None else [given]:
        each = right.mean([axis for axis in right.dims if axis not in ("network", "seed")])
        for one in each.stack(run=each.dims).T if each.dims else [each]:
            if float(one) < least:
                name = f"{one.network.item()}, " if "network" in one.coords else ""
                return (f"{name}seed {one.seed.item()}: a network that this rests on has not learnt, "
                        f"{float(one):.1f} % right where {least:g} are wanted")
    return ""


def drawn(term):
    """The values of a DataArray, averaged over all axes that no other run draws anew; seeds first."""
    axes = ["seed", *(axis for axis in DRAWN if term.sizes.get(axis, 1) > 1)]
    return term.mean([axis for axis in term.dims if axis not in axes]).transpose(*axes).to_numpy()


def drawn_axes(term):
    """The axes of a DataArray that another run draws anew."""
    return [axis for axis in ("seed", *DRAWN) if term.sizes.get(axis, 1) > 1]


def basis(terms):
    """In words, what the interval of a claim is over; of more than two terms, all their images together."""
    drawn = [drawn_axes(term) for term in terms]
    if len(terms) > 2 and all(axes == ["seed", "image"] for axes in drawn):
        images = sum(term.sizes["image"] for term in terms)
        return f"{counted(terms[0].sizes['seed'], 'seed')} × {counted(images, 'image')} of {len(terms)} sets"
    parts = [
        " × ".join(counted(term.sizes[axis], axis) for axis in axes)
        for term, axes in zip(terms, drawn, strict=True)
    ]
    return " and ".join(dict.fromkeys(part for part in parts if part)) or "1 seed"


def halves(right):
    """A DataArray over images in two halves: who is the best is chosen by one and compared on the other.

    The data stage has shuffled the images.
    """
    middle = right.sizes["image"] // 2
    return right.isel(image=slice(None, middle)), right.isel(image=slice(middle, None))


def best(right, names):
    """The one of `names` whose mean in `right`, a DataArray with the axis `network`, is largest."""
    return max(names, key=lambda name: float(right.sel(network=name).mean()))


def best_elsewhere(right, names):
    """What the best of `names` has of each image: it is chosen by the other half of the images."""
    import xarray as xr

    first, second = halves(right)
    read = [on.sel(network=best(by, names)).drop_vars("network")
            for by, on in ((second, first), (first, second))]
    return xr.concat(read, "image", coords="minimal", compat="override")


def summary(row):
    """A claim's row in two lines for a terminal."""
    symbol = VERDICTS[row["verdict"]]
    effect = f"{row['effect']:+.2f} {row['unit']}"
    if row["low"] is not None:
        effect += f", 95 % [{row['low']:+.2f}, {row['high']:+.2f}], over {row['basis']}"
    note = f"; {row['note']}" if row["note"] else ""
    return f"{symbol} {row['verdict']:<12}  {row['sentence']}\n{'':<16}{effect}{note}"


def metrics(claims, **numbers):
    """What DVC compares of an experiment: effect and verdict of each claim, and a few headline `numbers`."""
    found = {claim.id: {"effect": claim.effect, "verdict": claim.verdict} for claim in claims}
    leaves = 2 * len(found) + len(numbers)
    if leaves > 40:
        raise AssertionError(f"{leaves} numbers are too many for one screen: at most 40")
    return {"claims": found, "numbers": {name: float(number) for name, number in numbers.items()}}
