"""Prints a comment for a pull request: how verdicts differ from those of the branch that it is for, and all.

    python -m pipeline.comment origin/main

GitHub takes 65,536 characters and refuses more.
"""

from pipeline.changes import changes
from pipeline.revisions import commit, metrics_at, metrics_here, verdicts
from stages.core.errors import UserError
from stages.core.stage import main
from stages.core.words import counted

MOST = 50_000                            # characters of the lines that are shown


def run(revision: str):
    here = {}
    try:
        here = metrics_here()
        lines = changes(metrics_at(commit(revision)), here)
    except UserError as error:
        lines = [f"{error}"[:MOST]]
    print(comment(revision, lines), *table(here), sep="\n")


def table(metrics):
    """The verdicts of every experiment and of all, as lines of Markdown."""
    if metrics:
        yield from ("", "| experiment | verdicts now |", "|---|---|")
        yield from (f"| {name} | {verdicts({name: metrics[name]})} |" for name in sorted(metrics))
        yield f"| all | {verdicts(metrics)} |"


def comment(revision, lines):
    """Markdown with what `changes` says, under 60,000 characters; its last line, the sum, comes first."""
    *details, total = lines
    kept, room = [], MOST
    for line in details:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    left = counted(len(details) - len(kept), "more line")
    cut = [f"… and {left}: `make diff REV={revision}`"] if len(kept) < len(details) else []
    block = ["```", *kept, "```"] if kept else []
    return "\n\n".join(filter(None, [f"### Verdicts, against `{revision}`", total, "\n".join(block), *cut]))


if __name__ == "__main__":
    main(run)
