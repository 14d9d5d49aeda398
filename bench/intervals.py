"""How often intervals cover the truth, into docs/statistics.md: python -m bench.intervals"""

from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
from scipy.special import stdtrit

from bench.samples import auroc, balanced, correlated, normal, rare, tnr, true_auroc, true_tnr, unpaired
from pipeline.documents import between
from stages.core.files import write
from stages.core.intervals import NORMAL, TAIL, interval
from stages.core.stage import main

RUNS = {3: 6_000, 5: 4_000, 10: 4_000}                       # seeds -> runs of a kind
PART = 10                        # of them are drawn at once
PAGE = "docs/statistics.md"


def misses(truth, draw, runs):
    """Shares of runs whose interval is wholly below the truth, and above it, (2, 3): of our interval, of
    Student's over the seeds' means, and of one over the images' means.

    `draw(rng, n)` gives the terms of n runs.
    """
    rng, found = np.random.default_rng(0), []
    while len(found) * PART < runs:
        terms = draw(rng, PART)
        effect, *ours = np.array([interval([term[run] for term in terms], scale=1) for run in range(PART)]).T
        halves = by_seeds(terms), by_images(terms)
        found.append([ours, *([effect - half, effect + half] for half in halves)])
    low, high = np.moveaxis(np.array(found), 2, 0)                           # (parts, intervals, PART)
    return np.stack([(high < truth).mean((0, 2)), (low > truth).mean((0, 2))])


def by_seeds(terms):
    """Half widths of Student's intervals over the seeds' means, of many runs."""
    seeds = sum(term.mean(tuple(range(2, term.ndim))) for term in terms)
    number = seeds.shape[1]
    return stdtrit(number - 1, 1 - TAIL) * seeds.std(1, ddof=1) / number**0.5


def by_images(terms):
    """Half widths of intervals over the images' means, of many runs."""
    images = [term.mean((1, *range(3, term.ndim))) for term in terms]
    return NORMAL * sum(each.var(1) / each.shape[1] for each in images) ** 0.5


def paired(s):
    """Name -> cells of two networks on the same images, of s seeds: [(truth, what draws runs)]."""
    by_size = [
        *product([100], [0, 0.3, 0.7], [0, 1, 10, 100]), (500, 0, 10), (500, 0.3, 100), (500, 0.7, 0),
        (10_000, 0.3, 1),
    ]
    yield "normal", [
        (0, partial(correlated, shape=(s, n), correlation=same, seeds=seeds)) for n, same, seeds in by_size
    ]
    counts = (0.1, 0), (0.1, 0.5), (0.3, 0)
    by_count = [
        *product([100], counts, [0, 0.3, 0.7], [0, 0.2]), (500, (0.1, 0.5), 0, 0.2), (500, (0.1, 0), 0.7, 0),
        (500, (0.3, 0), 0, 0.2), (10_000, (0.1, 0), 0.3, 0.04),
    ]
    yield "−1, 0, +1", [
        (apart * better, partial(balanced, shape=(s, n), apart=apart, better=better, correlation=same,
                                 seeds=seeds))
        for n, (apart, better), same, seeds in by_count
    ]
    yield "0 or 1, one or three images on average", [
        (count / 100, partial(rare, shape=(s, 100), share=count / 100, correlation=same))
        for count, same in product([1, 3], [0, 0.5, 1])
    ]


def with_draws(s):
    """Likewise where noise is drawn, the same for all networks."""
    components = (
        {}, {"s": 5}, {"d": 5}, {"sd": 50}, {"s": 5, "d": 5, "sd": 5}, {"i": 5, "s": 5, "sd": 5},
        {"i": 5, "si": 5, "d": 5},
    )
    for draws in 10, 2:
        shape = s, 50, draws
        yield f"normal, {draws} draws", [(0, partial(normal, shape=shape, **parts)) for parts in components]
    yield "−1, 0, +1, 10 draws", [
        (0.1 * better, partial(balanced, shape=(s, 100, 10), apart=0.1, better=better, correlation=same,
                               seeds=by, draws=by))
        for better, same, by in product([0, 0.5], [0, 0.7], [0, 0.1])
    ]


def of_two_sets(s):
    """Likewise where two terms have images of their own, 200 and 300, but the same seeds."""
    yield "accuracy, other images", [
        (0, partial(unpaired, seeds=s, correlation=same, spread=spread))
        for same, spread in product([0, 0.7], [0, 0.01, 0.05])
    ]
    for name, metric, true in ("AUROC", auroc, true_auroc), ("TNR at 95 % TPR", tnr, true_tnr):
        yield name, [
            (true(apart, spread), partial(metric, seeds=s, apart=apart, correlation=same, spread=spread))
            for apart, same, spread in [(1.2, 0, 0.1), (1.2, 0.7, 0), (2.3, 0.7, 0.1), (2.3, 0, 0)]
        ]


def row(name, seeds, cells):
    """A line of the table: what the intervals of all cells of a name did."""
    found = np.array([misses(*cell, RUNS[seeds]) for cell in cells])         # (cells, 2, 3)
    covered = 100 - 100 * found.sum(1)
    false = [100 - each[0] for each, (truth, _) in zip(covered, cells, strict=True) if truth == 0]
    return (
        f"| {name} | {seeds} | {len(cells)} | {covered[:, 0].min():.1f} to {covered[:, 0].max():.1f} | "
        f"{100 * found[:, :, 0].max():.1f} | {f'{max(false):.1f}' if false else '–'} | "
        f"{covered[:, 1].min():.0f} | {covered[:, 2].min():.0f} |"
    )


def table():
    """The lines of the table, measured anew."""
    yield (
        "| data | seeds | kinds | truth within, % | missed on one side, % | verdict at 0, % "
        "| seeds alone, % | images alone, % |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for kind, counts in (paired, (3, 5, 10)), (with_draws, (3, 5)), (of_two_sets, (3, 5)):
        for group in zip(*(kind(seeds) for seeds in counts), strict=True):
            for seeds, (name, cells) in zip(counts, group, strict=True):
                yield row(name, seeds, cells)


def run():
    lines = []
    for line in table():
        print(line, flush=True)
        lines.append(line)
    text = Path(PAGE).read_text(encoding="utf-8")
    write(PAGE, between(text, "coverage", "".join(f"{line}\n" for line in lines), PAGE))


if __name__ == "__main__":
    main(run)
