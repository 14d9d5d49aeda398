"""The report, plots/report/: an index of all claims, and a page an experiment and run, with its figures.

It shows whatever pages there are (pages.py) and knows no experiment. The same pages give the same bytes.
"""

import shutil
from pathlib import Path

from stages.core.files import write
from stages.core.stage import main
from stages.report.numbers import scales
from stages.report.pages import HERE, all_runs, counts, groups, notes, shared_conditions, split
from stages.report.templates import filled

FOLDER = "plots/report"


def run():
    """Writes plots/report/ anew."""
    files = site(all_runs())
    shutil.rmtree(FOLDER, ignore_errors=True)
    for name, content in files.items():
        write(f"{FOLDER}/{name}", content)


def site(pages):
    """The report on `pages`, as pages.py has them: name of each file -> its content."""
    experiments = {}
    for page in sorted(pages, key=lambda page: page["name"]):
        experiments.setdefault(page["name"], []).append(page)
    files = {
        "index.html": index(pages, experiments.values()),
        "report.css": Path(__file__).with_name("report.css").read_bytes(),
    }
    for runs in experiments.values():
        files |= experiment(runs)
    return files


def index(pages, experiments):
    """The first page; each of `experiments` is a list of its pages, one a run."""
    runs = {}
    for page in pages:
        runs.setdefault(page["run"], []).append(page)
    return filled(
        "index.html.jinja", root="", shared=shared_conditions(runs[HERE]),
        counts={run: counts(found) for run, found in runs.items()},
        rows=[list(zip(pages, matched(pages), strict=True)) for pages in experiments],
    )


def matched(pages):
    """For each of an experiment's pages, who asks -> its claims, in one order; None where one is lacking."""
    parts = [
        {asks: {claim["id"]: claim for claim in claims} for asks, claims in split(page["claims"]).items()}
        for page in pages
    ]
    ids = {asks: dict.fromkeys(one for part in parts for one in part[asks]) for asks in parts[0]}
    return [{asks: [part[asks].get(one) for one in ids[asks]] for asks in ids} for part in parts]


def experiment(runs):
    """The files of one experiment: a page a run, their figures, and notes."""
    files, found = {}, notes(runs[0]["name"])
    for page in runs:
        files[page["url"]] = filled(
            "experiment.html.jinja", root="../" if page["folder"] else "", page=page, runs=runs, notes=found,
            groups=groups(page), scales=scales(page["claims"]),
        )
        shown = [*page["figures"], *filter(None, [page["steps"]])]
        files |= {f"{page['folder']}{figure['src']}": figure["content"] for figure in shown}
    for note in found:
        files[note["url"]] = filled("notes.html.jinja", root="../", note=note, page=runs[0])
    return files


if __name__ == "__main__":
    main(run)
