"""Claims: a paper's statements, tested on numbers just computed.

A claim rests on paired differences, (s seeds, n units), signed so that positive favours it; the units are
test images or whatever else both sides were measured on. From three seeds on, the 95 % interval is Student's
over the seeds' means; with fewer it is a bootstrap over the units. A claim is supported when its whole
interval is above 0, contradicted when it is below, else inconclusive. Nothing else decides a verdict.
"""

import re
from dataclasses import asdict, dataclass

import numpy as np

CONFIDENCE = 0.95
RESAMPLES = 9999


@dataclass(frozen=True)
class Claim:
    """A tested statement: `effect` and its interval [low, high] in `unit`, positive in favour."""

    id: str
    sentence: str
    source: str
    unit: str
    effect: float
    low: float
    high: float
    basis: str

    def __post_init__(self):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.id):
            raise AssertionError(f"{self.id!r} is no name for a claim: use small letters, digits and _")
        if not self.low <= self.effect <= self.high:
            raise AssertionError(f"{self.id}: {self.effect} is not in its interval [{self.low}, {self.high}]")

    @property
    def verdict(self):
        if self.low > 0:
            return "supported"
        return "contradicted" if self.high < 0 else "inconclusive"

    def row(self):
        """All of it as a flat dict."""
        return asdict(self) | {"verdict": self.verdict}


def positive(differences, units, **text):
    """The claim that the mean of `differences` (s, n) is above 0. `units` says what n counts, e.g. "test
    images".
    """
    effect, low, high, basis = interval(differences, units)
    return Claim(effect=effect, low=low, high=high, basis=basis, **text)


def within(differences, bound, units, **text):
    """The claim that the mean of `differences` (s, n) is in (-bound, bound): its effect is bound - |mean|."""
    effect, low, high, basis = interval(differences, units)
    nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    farthest = max(abs(low), abs(high))
    return Claim(effect=bound - abs(effect), low=bound - farthest, high=bound - nearest, basis=basis, **text)


def interval(differences, units):
    """Mean of `differences` (s, n), the ends of its 95 % interval, and in words what the interval is over."""
    differences = np.asarray(differences, dtype=np.float64)
    seeds, n = differences.shape
    effect = float(differences.mean())
    if seeds >= 3:
        low, high = student(differences.mean(1))
        basis = f"{seeds} seeds"
    else:
        low, high = bootstrap(differences.mean(0))
        basis = f"{n:,} {units}" + (f", mean of {seeds} seeds" if seeds > 1 else "")
    return effect, min(low, effect), max(high, effect), basis


def student(values):
    """Student's 95 % interval for the mean of a few independent values."""
    from scipy import stats

    half = stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5
    return float(values.mean() - half), float(values.mean() + half)


def bootstrap(values, seed=0):
    """95 % percentile bootstrap interval for the mean (Efron & Tibshirani 1993, chapter 13), repeatable."""
    rng = np.random.default_rng(seed)
    n = len(values)
    means = np.concatenate([
        values[rng.integers(n, size=(size, n))].mean(1)
        for size in np.diff(np.linspace(0, RESAMPLES, 100).astype(int))      # in parts: n may be 10,000
    ])
    low, high = np.quantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def summary(row):
    """A claim's row in two lines for a terminal."""
    symbol = {"supported": "✓", "contradicted": "✗", "inconclusive": "?"}[row["verdict"]]
    interval = f"{row['effect']:+.2f} {row['unit']}, 95 % [{row['low']:+.2f}, {row['high']:+.2f}]"
    return f"{symbol} {row['verdict']:<12}  {row['sentence']}\n{'':<16}{interval}, over {row['basis']}"


def metrics(claims):
    """Claims as a nested dict for a metrics file: id -> effect, low, high, verdict."""
    kept = "effect", "low", "high", "verdict"
    return {claim.id: {key: claim.row()[key] for key in kept} for claim in claims}
