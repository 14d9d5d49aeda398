"""Prints an experiment's page as Markdown, to be kept as results of a larger run: docs/results/<profile>/.

    python -m stages.report.markdown features > docs/results/cifar10-cpu/features.md

Claims, tables and conditions come from data/<experiment>/page.json; what to make of them is written by hand.
"""

from stages.core.files import read_json
from stages.core.stage import main
from stages.report.templates import filled


def run(experiment: str):
    print(markdown(read_json(f"data/{experiment}/page.json")), end="")


def markdown(page):
    """A page, a dict as in page.json, as Markdown."""
    return filled("page.md.jinja", page=page)


if __name__ == "__main__":
    main(run)
