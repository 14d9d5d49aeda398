"""Prints every experiment's claims and their verdicts: the last thing that `make repro` shows."""

from stages.core.claims import summary
from stages.core.intervals import CONFIDENCE
from stages.core.stage import main
from stages.report.pages import counts, this_run


def run():
    shown = this_run()
    for page in shown:
        print(f"\n{page['title']}\n")
        print(*map(summary, page["claims"]), sep="\n")
    print("", *totals(counts(shown)), sep="\n")
    print("\nplots/report/index.html shows them with tables and figures.")


def totals(found):
    """How many claims came out how, of papers and of ours apart, and what chance would give."""
    for asks, words in ("papers", "Of what papers claim"), ("ours", "Of our own questions"):
        numbers = ", ".join(f"{n} {verdict}" for verdict, n in found[asks].items())
        yield f"{words}: {numbers}."
    claims = sum(sum(of.values()) for of in found.values())
    tested = claims - sum(of["not tested"] for of in found.values())
    yield (f"{tested} of {claims} claims were tested; without any effects, chance would give about "
           f"{(1 - CONFIDENCE) * tested:.1f} verdicts.")


if __name__ == "__main__":
    main(run)
