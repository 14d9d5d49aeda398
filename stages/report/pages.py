"""What the report shows: the pages of this run, data/<experiment>/page.json, and those kept of other runs,
docs/results/<profile>/<experiment>/page.json, with their figures beside them and notes written by hand.
"""

import re
from pathlib import Path

from stages.core.claims import OURS, VERDICTS
from stages.core.errors import UserError
from stages.core.files import read_json

HERE = "this run"
KEPT = "docs/results"
STEPS = "docs/steps"


def this_run():
    """This run's pages, dicts as in page.json, in the order of their names."""
    found = [read_json(path) for path in sorted(Path().glob("data/*/page.json"))]
    if not found:
        raise UserError("no data/*/page.json: run a stage named like an experiment, or `dvc repro` for all")
    return found


def all_runs():
    """The pages of all runs with what the report adds to them: this run's, then those kept, by profile."""
    pages = [addressed(page, HERE, "") for page in this_run()]
    for path in sorted(Path(KEPT).glob("*/*/page.json")):
        page, profile = read_json(path), path.parts[-3]
        for figure in page["figures"]:
            figure["path"] = str(path.with_name(Path(figure["path"]).name))
        pages.append(addressed(page, profile, f"{profile}/"))
    return pages


def notes(name):
    """What is written by hand on an experiment's results, by profile."""
    return [
        {"profile": path.parts[-2], "url": f"{path.parts[-2]}/{name}-notes.html",
         "text": path.read_text(encoding="utf-8")}
        for path in sorted(Path(KEPT).glob(f"*/{name}.md"))
    ]


def addressed(page, run, folder):
    """A page with its run and url, ids of its tables, and of its figures, in the order of claims, all."""
    name, order = page["name"], [claim["id"] for claim in page["claims"]]
    tables = [{"claims": [], "name": ""} | table for table in page["tables"]]
    for table in tables:
        table["id"] = "table-" + (table["name"] or re.sub(r"\W+", "-", table["caption"].lower()).strip("-"))
    figures = [{"claims": []} | figure | drawn(figure["path"]) for figure in page["figures"]]
    for figure in figures:
        figure |= {"id": f"figure-{figure['name']}", "src": f"{name}/{figure['name']}.svg"}
    complain(name, order, tables + figures)
    figures.sort(key=lambda one: min(map(order.index, one["claims"]), default=len(order)))
    return page | {
        "run": run, "url": f"{folder}{name}.html", "folder": folder, "tables": tables, "figures": figures,
        "steps": steps(name),
    }


def steps(name):
    """The picture of an experiment's steps as a figure (pipeline/steps.py writes it), or None."""
    path = Path(STEPS, f"{name}.svg")
    if not path.exists():
        return None
    caption = "The steps, and what they need from outside. A box is a stage with all its variants."
    return drawn(path) | {"id": "steps", "src": f"{name}/steps.svg", "caption": caption}


def drawn(path):
    """An SVG file: its name, its content, and its size in CSS pixels."""
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        mend = "`dvc repro` draws it, and stages.report.keep keeps it"
        raise UserError(f"{path} does not exist, but a page shows it: {mend}") from None
    box = re.search(rb'<svg[^>]* viewBox="0 0 ([\d.]+) ([\d.]+)"', content)
    if not box:
        raise UserError(f"{path} is no SVG figure: delete it, then `dvc repro` draws it again")
    width, height = (round(float(points) * 4 / 3) for points in box.groups())
    return {"name": Path(path).stem, "content": content, "width": width, "height": height}


def complain(name, claims, shown):
    """Ids are made of names, so that they stay when another is added; so no two may have the same."""
    ids = claims + [one["id"] for one in shown]
    if twice := [one for one in ids if ids.count(one) > 1]:
        raise UserError(f"{name}: two have the id {twice[0]}: give one another name")
    for one in shown:
        if unknown := [claim for claim in one["claims"] if claim not in claims]:
            raise UserError(f"{name}: {one['id']} is of the claim {unknown[0]}, which the page has not")


def groups(page):
    """The claims in their order, in groups with the figures beside them: each beside the first of its claims.

    A claim joins those before it if it has the same figures.
    """
    found, shown = [], set()
    for claim in page["claims"]:
        of = [figure for figure in page["figures"] if claim["id"] in figure["claims"]]
        new = [figure for figure in of if figure["id"] not in shown]
        shown |= {figure["id"] for figure in new}
        beside = found[-1]["figures"] if found else []
        if found and not new and (any(one in beside for one in of) or not (of or beside)):
            found[-1]["claims"].append(claim)
        else:
            found.append({"claims": [claim], "figures": new})
    return found


def split(claims):
    """Claims in two lists, by who asks: a paper, or we."""
    return {
        "papers": [claim for claim in claims if claim["source"] != OURS],
        "ours": [claim for claim in claims if claim["source"] == OURS],
    }


def counts(pages):
    """Who asks -> verdict -> number of claims on all pages."""
    found = split([claim for page in pages for claim in page["claims"]])
    return {
        asks: {word: sum(claim["verdict"] == word for claim in claims) for word in VERDICTS}
        for asks, claims in found.items()
    }


def shared_conditions(pages):
    """The conditions that are equal on all pages."""
    first, *others = [page["conditions"] for page in pages]
    return {key: value for key, value in first.items() if all(key in o and o[key] == value for o in others)}
