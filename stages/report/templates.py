"""The templates beside this file, and the functions and words that they use."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from stages.core.claims import VERDICTS
from stages.core.intervals import CONFIDENCE
from stages.report import numbers

WORDS = {
    "asking": {"papers": "papers' claims", "ours": "our questions"},
    "chance": 1 - CONFIDENCE,
    "reach": 110,                # in an interval's diagram 0 is at x = 0, and the scale reaches this far
    "symbols": VERDICTS,
}
FILTERS = numbers.digits, numbers.plain, numbers.shown, numbers.worded


def filled(name, **values):
    """The template `name` with its values, and with what all of them may use."""
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=".html." in name,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )
    templates.filters |= {function.__name__: function for function in FILTERS}
    templates.globals |= WORDS
    return templates.get_template(name).render(**values)
