"""Prints every experiment's claims and their verdicts: the last thing that `make repro` shows."""

from stages.core.claims import summary
from stages.core.stage import main
from stages.report.page import counts, pages


def run():
    shown = pages()
    for page in shown:
        print(f"\n{page['title']}\n")
        print(*map(summary, page["claims"]), sep="\n")
    print("", *totals(counts(shown)), sep="\n")
    print("\nplots/report.html shows them with tables and figures.")


def totals(found):
    """How many claims came out how, of papers and of ours apart, and what chance would give."""
    for asks, words in ("papers", "Of what papers claim"), ("ours", "Of our own questions"):
        numbers = ", ".join(f"{n} {verdict}" for verdict, n in found["of"][asks].items())
        yield f"{words}: {numbers}."
    yield (f"{found['tested']} of {found['claims']} claims were tested; without any effects, chance would "
           f"give about {found['by_chance']:.1f} verdicts.")


if __name__ == "__main__":
    main(run)
