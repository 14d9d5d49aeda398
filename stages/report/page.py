"""The report: the pages of all experiments as one self-contained file, plots/report.html.

Claims that papers make and questions of ours are counted apart.

It shows every data/<experiment>/page.json in the order of their names, and knows no experiment. The same
pages give the same bytes.
"""

import math
import re
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from stages.core.claims import OURS, VERDICTS
from stages.core.errors import UserError
from stages.core.files import read_json, write
from stages.core.intervals import CONFIDENCE
from stages.core.stage import main

REACH = 110      # the diagram of an interval has its zero at x = 0, and its scale reaches this far either way
DECIMALS = 6     # the most that page.json holds
QUANTITY = re.compile(r"[≈~<>±+−-]? ?[\d.,]+( ?± ?[\d.,]+)?( ?%)?")     # text that is set like a number


def run():
    """Reads data/*/page.json, writes plots/report.html."""
    write("plots/report.html", report(pages()))


def pages():
    """Every experiment's page, a dict, in the order of their names."""
    found = [read_json(path) for path in sorted(Path().glob("data/*/page.json"))]
    if not found:
        raise UserError("no data/*/page.json: run a stage named like an experiment, or `dvc repro` for all")
    return found


def report(pages):
    """The report on `pages`, dicts as in page.json, as HTML."""
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )
    filters = diagram, embedded, places, shown, split
    templates.filters |= {function.__name__: function for function in filters}
    return templates.get_template("page.html.jinja").render(
        pages=pages, shared=shared_conditions(pages), counts=counts(pages), symbols=VERDICTS,
    )


def counts(pages):
    """Who asks -> verdict -> number of claims on all pages; and how many verdicts chance alone would give."""
    claims = [claim for page in pages for claim in page["claims"]]
    found = {
        asks: {word: sum(claim["verdict"] == word for claim in of) for word in VERDICTS}
        for asks, of in split(claims).items()
    }
    tested = sum(claim["verdict"] != "not tested" for claim in claims)
    return {"of": found, "claims": len(claims), "tested": tested, "by_chance": (1 - CONFIDENCE) * tested}


def split(claims):
    """Claims in two lists, by who asks: a paper, or we."""
    return {
        "papers": [claim for claim in claims if claim["source"] != OURS],
        "ours": [claim for claim in claims if claim["source"] == OURS],
    }


def shared_conditions(pages):
    """The conditions that are equal on all pages."""
    first, *others = [page["conditions"] for page in pages]
    return {key: value for key, value in first.items() if all(key in o and o[key] == value for o in others)}


def diagram(claim):
    """A tested claim's numbers as text, and the x of each in its diagram, on a scale symmetric around 0."""
    low, effect, high = numbers = claim["low"], claim["effect"], claim["high"]
    digits = interval_places(low, effect, high)
    end = round_up(max(abs(low), abs(high)))
    return {
        "text": [signed(number, digits) for number in numbers],
        "x": [round(REACH * number / end, 1) for number in numbers],
        "reach": REACH,
        "end": plain(end),
    }


def interval_places(low, effect, high):
    """Decimal places that show the interval's width in two figures, and neither of its ends as 0."""
    wanted = [(high - low) / 10 or effect / 100, low, high]
    finest = min((abs(number) for number in wanted if number), default=1)
    return min(max(0, -math.floor(math.log10(finest))), DECIMALS)


def round_up(number):
    """The next number of one figure, 0.8, 0.9, 1, 2, ..., or 1.5, 15, ...; 1 for 0."""
    power = 10.0 ** math.floor(math.log10(number)) if number else 1
    return next(step * power for step in (1, 1.5, *range(2, 11)) if number <= step * power)


def signed(number, digits):
    """A number with its sign, which a rounded 0 has not."""
    sign = "" if round(number, digits) == 0 else "+" if number > 0 else "−"
    return f"{sign}{abs(number):,.{digits}f}"


def plain(number):
    """A positive number without exponent and idle zeros."""
    return f"{number:,.{DECIMALS}f}".rstrip("0").rstrip(".")


def places(column):
    """Decimal places for a column: three figures of its largest number, four from 10 on; None for words."""
    numbers = [abs(cell) for cell in column if isinstance(cell, int | float)]
    if not any(numbers):
        return 0 if numbers or any(QUANTITY.fullmatch(cell) for cell in column if cell) else None
    given = max(len(plain(number).partition(".")[2]) for number in numbers)
    figures = 4 if max(numbers) >= 10 else 3
    return min(given, max(0, figures - 1 - math.floor(math.log10(max(numbers)))))


def shown(cell, digits):
    """A table's cell as text; `digits` are the decimal places of its column."""
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    text = f"{abs(cell):,.{0 if isinstance(cell, int) else digits}f}"
    if cell and not text.strip("0."):
        text = plain(abs(cell))
    return f"−{text}" if cell < 0 else text


def embedded(path):
    """An SVG file as a data: URI, where its ids and styles meet no other's, and its size in CSS pixels."""
    try:
        svg = Path(path).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        raise UserError(f"{path} does not exist, but a page shows it: `dvc repro` draws it") from None
    box = re.search(r'<svg[^>]* viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    if not box:
        raise UserError(f"{path} is no SVG figure: delete it, then `dvc repro` draws it again")
    width, height = (round(float(points) * 4 / 3) for points in box.groups())
    content = quote(" ".join(svg.split()), safe=" /:=,;+()@!$*?")
    return {"uri": f"data:image/svg+xml,{content}", "width": width, "height": height}


if __name__ == "__main__":
    main(run)
