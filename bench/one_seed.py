"""What verdicts one seed alone would have given, beside those of all seeds: python -m bench.one_seed

Of all experiments that are computed here. A seed alone has an interval over its test images, with all else as
it is; claims of which one seed has no images, or which are not tested, do not count.
"""

import importlib
from pathlib import Path
from unittest.mock import patch

import numpy as np

from pipeline.described import abouts
from stages.core import claims
from stages.core.intervals import interval
from stages.core.seeds import listed
from stages.core.stage import main

DECIDED = {"supported", "contradicted"}
COLUMNS = (
    "experiment", "claims", "decided by all seeds", "by one", "by one, not by all",
    "by one, otherwise by another", "with seeds against each other",
)


def run():
    names = [one.name for one in abouts(".") if Path("data", one.name, "page.json").exists()]
    found = {name: verdicts(name) for name in names}
    total = [one for each in found.values() for one in each]
    rows = [(name, *counts(each)) for name, each in (found | {"all": total}).items()]
    print(*(f"| {' | '.join(row)} |" for row in [COLUMNS, ["---"] * len(COLUMNS), *rows]), sep="\n")


def verdicts(name):
    """Of each claim of an experiment: (verdict of all seeds, list of the verdicts of single ones)."""
    page = importlib.import_module(f"stages.{name}.page")
    alone = [published(page, only(place)) for place in range(len(listed()))]
    together = published(page, interval)
    each = {claim: [one[claim] for one in alone if one[claim] != "not tested"] for claim in together}
    return [(together[claim], singles) for claim, singles in each.items() if len(singles) > 1]


def published(page, rule):
    """Claim -> verdict, of an experiment's page where intervals are found by `rule`; nothing is published."""
    found = {}

    def publish(about, conditions, answer, made, *shown, **numbers):
        found.update({claim.id: claim.verdict for claim in made})

    with patch.object(page, "publish", publish), patch.object(claims, "interval", rule):
        page.run()
    return found


def only(place):
    """The rule that knows the seed at `place` alone: the interval if no seed differed from it."""
    def rule(terms, scale=None):
        if any(term.ndim < 2 or len(term) <= place for term in terms):
            raise ValueError("one seed without images has no interval")
        return interval([term[[place, place]] for term in terms], scale)

    return rule


def counts(verdicts):
    """The cells of a row; numbers of single seeds are means over the seeds of a claim."""
    by_all = sum(together in DECIDED for together, _ in verdicts)
    pairs = [(one, together, np.array(alone)) for together, alone in verdicts for one in alone]
    pairs = [pair for pair in pairs if pair[0] in DECIDED]
    means = (
        sum(1 / len(alone) for *_, alone in pairs),
        sum(1 / len(alone) for one, together, alone in pairs if one != together),
        sum((alone != one).mean() / (len(alone) - 1) for one, _, alone in pairs),
    )
    torn = sum(set(alone) >= DECIDED for _, alone in verdicts)
    return str(len(verdicts)), str(by_all), *(f"{mean:.1f}" for mean in means), str(torn)


if __name__ == "__main__":
    main(run)
