"""Prints an experiment's page as Markdown, to be kept as results of a larger run: docs/results/<profile>/.

    python -m stages.report.markdown features > docs/results/cifar10-cpu/features.md

Claims, tables and conditions come from data/<experiment>/page.json; what to make of them is written by hand.
"""

from stages.core.files import read_json
from stages.core.stage import main
from stages.report.page import diagram, places, shown


def run(experiment: str):
    print(markdown(read_json(f"data/{experiment}/page.json")), end="")


def markdown(page):
    """A page, a dict as in page.json, as Markdown."""
    claims = [claim_row(claim) for claim in page["claims"]]
    return "\n\n".join([
        f"# {page['title']}",
        "\n".join(f"- {key}: {value}" for key, value in page["conditions"].items()),
        page["answer"],
        "## Claims",
        table(["claim", "effect", "95 % interval", "verdict"], claims),
        *(section(one) for one in page["tables"]),
    ]) + "\n"


def claim_row(claim):
    """A claim's cells; without an interval, why it was not tested."""
    sentence = f"{claim['sentence']} ({claim['source']})"
    if claim["low"] is None:
        return [sentence, f"{claim['effect']:+.2f} {claim['unit']}", claim["note"], claim["verdict"]]
    low, effect, high = diagram(claim)["text"]
    return [sentence, f"{effect} {claim['unit']}", f"{low} to {high}", claim["verdict"]]


def section(content):
    """A table under its caption, with its note."""
    digits = [places(column) for column in zip(*content["rows"], strict=True)]
    rows = [[shown(cell, d) for cell, d in zip(row, digits, strict=True)] for row in content["rows"]]
    parts = [f"## {content['caption']}", table(content["columns"], rows), content["note"]]
    return "\n\n".join(parts).rstrip()


def table(columns, rows):
    """A Markdown table; the first column is text, the others are set like numbers."""
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '∣') for cell in line)} |" for line in lines)


if __name__ == "__main__":
    main(run)
