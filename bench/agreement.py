"""How far runs with other seeds agree, as a page: docs/stability.md.

A run is a dict, experiment -> what its metrics/<experiment>.json holds.
"""

from itertools import combinations

import numpy as np

from stages.core.claims import VERDICTS
from stages.core.errors import UserError
from stages.core.intervals import interval
from stages.core.words import counted

GROUP, PAIRS = 5, 2000
BY_ONE_IMAGE = 100.0                     # points of accuracy
TURNED = {"supported", "contradicted"}


def plain_against_plain(right, group=GROUP, pairs=PAIRS):
    """How often a method differs from itself by the interval of claims: percent of random pairs of groups.

    `right` (seeds, images) says in percent what the network of each seed got right, 0 or 100. The two groups
    of a pair have no seed in common.
    """
    if len(right) < 2 * group:
        raise UserError(f"two groups of {group} seeds are needed, and there are {len(right)}: raise `seeds`")
    rng, decided = np.random.default_rng(0), 0
    for _ in range(pairs):
        order = rng.permutation(len(right))
        _, low, high = interval([right[order[:group]] - right[order[group : 2 * group]]], BY_ONE_IMAGE)
        decided += low > 0 or high < 0
    return 100 * decided / pairs


def page(runs, by_chance, processor):
    """Markdown: `runs` are names -> runs, `by_chance` is of `plain_against_plain`."""
    found = claims(runs)
    return "\n".join([
        "# The same claims with other seeds", "",
        f"`make stability` writes this page: the default run with other seeds each time, on {processor}.",
        "[statistics.md](statistics.md) says what a verdict rests on.", "",
        *summary(found, len(runs)),
        f"- Plain against plain: {GROUP} plain networks differ from {GROUP} others by a claim's interval in",
        f"  {by_chance:.1f} % of {PAIRS:,} random choices. They are the same, and 5 % are nominal.", "",
        "## Verdicts of each run", "", *totals(runs), "",
        "## Every claim", "",
        "Verdict and effect, which is positive in favour of the claim; in bold where verdicts differ.", "",
        f"| experiment | claim | {' | '.join(runs)} |", f"|---|---|{'---|' * len(runs)}",
        *(row(*one) for one in found), "",
    ])


def claims(runs):
    """Of every claim: experiment, id, and the list of what each run says."""
    first, *others = ({(name, one) for name in run for one in run[name]["claims"]} for run in runs.values())
    for other in others:
        if other != first:
            name, one = min(first ^ other)
            raise UserError(f"not every run has the claim {one} of {name}: run `make stability` again")
    return [
        (name, one, [run[name]["claims"][one] for run in runs.values()]) for name, one in sorted(first)
    ]


def summary(found, count):
    """How many claims have one verdict in all runs, and how many opposite ones."""
    same = sum(len(verdicts(said)) == 1 for _, _, said in found)
    turned = sum(verdicts(said) >= TURNED for _, _, said in found)
    decided = [sum(said[i]["verdict"] in TURNED for _, _, said in found) for i in range(count)]
    share = 100 * same / len(found)
    pairs = [a["verdict"] == b["verdict"] for _, _, said in found for a, b in combinations(said, 2)]
    return [
        f"- {same} of {counted(len(found), 'claim')} ({share:.0f} %) have the same verdict in all runs.",
        f"- Two runs agree on {100 * np.mean(pairs):.0f} %, on average.",
        f"- {turned} are supported in one run and contradicted in another.",
        f"- Decided, supported or contradicted, are {', '.join(map(str, decided))} of {len(found)}.",
    ]


def verdicts(said):
    """The verdicts that runs have on a claim, each once."""
    return {one["verdict"] for one in said}


def totals(runs):
    """A table: how many claims of each experiment have which verdict in each run."""
    lines = [f"| experiment | seeds | {' | '.join(VERDICTS)} |", f"|---|---|{'---:|' * len(VERDICTS)}"]
    for name in sorted(next(iter(runs.values()))):
        for title, run in runs.items():
            found = [one["verdict"] for one in run[name]["claims"].values()]
            lines.append(f"| {name} | {title} | {' | '.join(str(found.count(one)) for one in VERDICTS)} |")
    return lines


def row(name, claim, said):
    """A claim as a row of the last table."""
    mark = "**" if len(verdicts(said)) > 1 else ""
    cells = [f"{mark}{one['verdict']}{mark} {one['effect']:+.3g}" for one in said]
    return f"| {name} | {claim} | {' | '.join(cells)} |"
