"""Pages made for tests, and the report on them as trees."""

import re
from html.parser import HTMLParser
from pathlib import Path

from stages.core.claims import OURS, Claim
from stages.core.pages import Figure, Page, Table, write_page
from stages.report import site

FOLDER = Path("plots/report")
VOID = {"meta", "img", "link", "br", "input", "path", "circle"}


class Node:
    """An element: its tag, attributes, elements inside it, and text."""

    def __init__(self, tag, attrs=()):
        self.tag, self.attrs, self.children, self.text = tag, dict(attrs), [], ""

    def all(self, *tags):
        """Every element below with one of the `tags`, in order."""
        found = []
        for child in self.children:
            found += [child] * (child.tag in tags or not tags) + child.all(*tags)
        return found

    def of(self, name):
        """Every element below with the class `name`."""
        return [node for node in self.all() if name in (node.attrs.get("class") or "").split()]

    def ids(self):
        return [node.attrs["id"] for node in self.all() if "id" in node.attrs]

    def words(self):
        return " ".join(self.text.split())


class Tree(HTMLParser):
    """Parses a page into `root`; text belongs to every element around it."""

    def __init__(self, html):
        super().__init__()
        self.root = Node("root")
        self.open = [self.root]
        self.feed(html)
        assert self.open == [self.root], "an element is not closed"

    def handle_starttag(self, tag, attrs):
        node = Node(tag, attrs)
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop().tag == tag

    def handle_data(self, data):
        for node in self.open:
            node.text += data


def flat(**changes):
    """A page with a claim of each verdict, and a figure and a table that are of some of them."""
    text = {"source": "A et al., table 1", "unit": "points"}
    page = {
        "name": "flat", "title": "Flat minima", "question": "Do they help?",
        "sources": [["A et al., 2021", "https://example.org/a"], "a talk"],
        "conditions": {"data": "photos", "seeds": "3", "epochs": "6"},
        "answer": "Sometimes. They cost 2 %.",
        "claims": [
            Claim("better", "It is better.", effect=1.5, low=1.2, high=1.8, basis="3 seeds", **text),
            Claim("worse", "It is smaller.", effect=-6.2, low=-9.8, high=-2.7, basis="50 images", **text),
            Claim("open", "It is as fast.", OURS, "nats", 0.12, -0.48, 0.41, basis="50 images"),
            Claim("odd", "It is odd.", OURS, "nats", -1.0, None, None, "1 seed", "one seed tells nothing"),
        ],
        "tables": [
            Table("Accuracy, in %", ["net", "%"], [["ours", 91.23456], ["paper", None]], "Ours is small.",
                  claims=["worse"]),
            Table("Loss", ["net", "nats"], [["ours", 0.5]], name="loss"),
        ],
        "figures": [
            Figure("plots/flat/figures/other.svg", "Another."),
            Figure("plots/flat/figures/rise.svg", "The rise of the loss.", ["worse", "open"]),
        ],
    }
    return Page(**page | changes)


def rendered(*pages):
    """The report on `pages`: the tree of each of its HTML files, by its path in the report."""
    for page in pages:
        write_page(page)
    site.run()
    return {
        path.relative_to(FOLDER).as_posix(): Tree(path.read_text(encoding="utf-8")).root
        for path in sorted(FOLDER.rglob("*.html"))
    }


def shape(text):
    """Numbers in the attribute `d` of a path."""
    return [float(number) for number in re.findall(r"-?[\d.]+", text)]
