import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest

from stages.core.claims import OURS, Claim
from stages.core.pages import Figure, Page, Table, write_page
from stages.core.plots import figure, save_figure, style
from stages.report import page as report
from stages.report import verdicts

ROOT = Path(__file__).parents[2]
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


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project with one figure."""
    monkeypatch.chdir(tmp_path)
    fig, (axes,) = figure()
    axes.plot([1, 2, 4], [0.5, 0.7, 0.6], **style(0), label="100 % & 'more'")
    axes.legend()
    save_figure("plots/flat/rise.svg", fig)
    return tmp_path


def flat():
    """A page with a claim of each verdict."""
    text = {"source": "A et al., table 1", "unit": "points"}
    return Page(
        name="flat", title="Flat minima", question="Do they help?",
        sources=[["A et al., 2021", "https://example.org/a"], "a talk"],
        conditions={"data": "photos", "seeds": "3", "epochs": "6"},
        answer="Sometimes.",
        claims=[
            Claim("better", "It is better.", effect=1.5, low=1.2, high=1.8, basis="3 seeds", **text),
            Claim("worse", "It is smaller.", effect=-6.2, low=-9.8, high=-2.7, basis="50 images", **text),
            Claim("open", "It is as fast.", effect=0.12, low=-0.48, high=0.41, basis="50 images", **text),
            Claim("odd", "It is odd.", OURS, "nats", -1.0, None, None, "1 seed", "one seed tells nothing"),
        ],
        tables=[Table("Accuracy", ["net", "%"], [["ours", 91.23456], ["paper", None]], "Ours is small.")],
        figures=[Figure("plots/flat/rise.svg", "The rise of the loss.")],
    )


def rendered(*pages):
    """The report on `pages`: its HTML and the parsed tree."""
    for page in pages:
        write_page(page)
    report.run()
    html = Path("plots/report.html").read_text(encoding="utf-8")
    return html, Tree(html).root


def test_nothing_is_loaded_from_elsewhere(project):
    _, root = rendered(flat())
    for node in root.all():
        assert node.tag not in {"script", "link", "iframe", "object", "embed"}
        if node.tag != "a":
            targets = [node.attrs.get(name) or "" for name in ("src", "srcset", "href", "data", "poster")]
            assert all(not target or target.startswith(("data:", "#")) for target in targets)
    assert not re.search(r"url\(|@import", root.all("style")[0].text)
    assert [a.attrs["href"] for a in root.all("a")] == ["#flat", "https://example.org/a"]
    assert any(node.attrs.get("id") == "flat" for node in root.all())


def test_every_claim_has_its_sentence_verdict_and_interval(project):
    _, root = rendered(flat())
    rows = [row.words() for table in root.all("table") if "claims" in table.attrs["class"]
            for row in table.all("tbody")[0].all("tr")]
    expected = [
        ("It is better.", "✓ supported", "3 seeds"),
        ("It is smaller.", "✗ contradicted", "−6.2 points −9.8 to −2.7"),
        ("It is as fast.", "? inconclusive", "+0.12 points −0.48 to +0.41"),
        ("It is odd.", "– not tested", "−1.00 nats none", "1 seed one seed tells nothing"),
    ]
    assert len(rows) == len(expected)
    for row, words in zip(rows, expected, strict=True):
        assert all(word in row for word in (*words, "our question" if "odd" in row else "A et al., table 1"))


def test_the_overview_counts_verdicts(project):
    two = flat()
    _, root = rendered(replace(two, name="again", claims=two.claims[:1] * 2), two)
    rows = [row.words() for row in root.all("table")[0].all("tbody")[0].all("tr")]
    assert rows == [
        "Flat minima Do they help? ✓ 2 0 0 0", "Flat minima Do they help? ✓ 1 ✗ 1 ? 1 – 0 + 1",
    ]


def test_the_head_counts_claims_of_papers_and_ours_apart_and_what_chance_would_give(project):
    two = flat()
    _, root = rendered(replace(two, name="again", claims=two.claims[:1] * 19), two)
    head = next(node.words() for node in root.all("p") if "were tested" in node.words())
    assert head == (
        "22 of 23 claims were tested. Of what papers claim, 20 are supported, 1 is contradicted, 1 is "
        "inconclusive, 0 are not tested. Of our own questions, 0 are supported, 0 are contradicted, 0 are "
        "inconclusive, 1 is not tested. If there were no effects at all, chance alone would still give about "
        "1.1 verdicts, half of them in favour."
    )


def test_the_diagram_is_to_scale(project):
    _, root = rendered(flat())
    svg = root.all("svg")[2]                     # -0.48, 0.12 and 0.41 on a scale from -0.5 to 0.5
    drawn = {node.attrs.get("class"): node for node in svg.all("path", "circle")}
    assert svg.attrs["viewbox"] == "-110 0 220 40"
    assert drawn["axis"].attrs["d"] == "M-110 14H110"
    assert drawn["zero"].attrs["d"].startswith("M0 ")
    assert drawn["interval"].attrs["d"].startswith("M-105.6 14H90.2")        # 110 * -0.96, 110 * 0.82
    assert drawn["effect"].attrs["cx"] == "26.4"                             # 110 * 0.24
    labels = [(text.attrs["x"], text.text) for text in svg.all("text")]
    assert labels == [("-110", "−0.5"), ("0", "0"), ("110", "+0.5")]


@pytest.mark.parametrize(("low", "effect", "high", "text"), [
    (12.1, 17.3, 22.8, ["+12", "+17", "+23"]),
    (0.0221, 0.0312, 0.0407, ["+0.022", "+0.031", "+0.041"]),
    (0.004, 1.1, 2.2, ["+0.004", "+1.100", "+2.200"]),                       # supported: low must not read 0
    (-2.0, 0.01, 2.0, ["−2.0", "0.0", "+2.0"]),
    (12.5, 12.5, 12.5, ["+12.5", "+12.5", "+12.5"]),
    (0.0, 0.0, 0.0, ["0", "0", "0"]),
    (900.0, 1500.0, 2100.0, ["+900", "+1,500", "+2,100"]),
    (0.0, 0.000001, 0.000002, ["0.000000", "+0.000001", "+0.000002"]),
])
def test_effects_have_the_digits_that_they_need(low, effect, high, text):
    assert report.diagram({"low": low, "effect": effect, "high": high})["text"] == text


@pytest.mark.parametrize(("number", "end"), [
    (0.0, "1"), (1.0, "1"), (1.41, "1.5"), (1.51, "2"), (22.8, "30"), (9.8, "10"), (0.0407, "0.05"),
    (0.000001, "0.000001"), (1000.0, "1,000"),
])
def test_a_scale_ends_in_a_round_number(number, end):
    assert report.plain(report.round_up(number)) == end


@pytest.mark.parametrize(("column", "text"), [
    ([91.23456, 8.5], ["91.23", "8.50"]),
    ([91.2, 8.5, None], ["91.2", "8.5", "–"]),
    ([0.012345, 0.5], ["0.012", "0.500"]),
    ([1234.56, -3.2], ["1,235", "−3"]),
    ([8, 17234], ["8", "17,234"]),
    ([350.0, 0.0004], ["350.0", "0.0004"]),
    ([0.0, 0.0], ["0", "0"]),
    (["sgd", None, "0.1 or less"], ["sgd", "–", "0.1 or less"]),
])
def test_numbers_of_a_column_have_the_same_places(column, text):
    assert [report.shown(cell, report.places(column)) for cell in column] == text


@pytest.mark.parametrize(("column", "numeric"), [
    (["3.5 ± 0.1", None], True), (["≈ 24", "<0.1", "n/a"], True), ([None, 0], True),
    (["ResNet-20", "8 bits"], False), ([None, None], False), ([], False),
])
def test_a_column_of_quantities_is_set_as_numbers(column, numeric):
    assert (report.places(column) is not None) == numeric


def test_tables_show_numbers_right_and_nulls_as_dashes(project):
    _, root = rendered(flat())
    table = next(table for table in root.all("table") if table.attrs["class"] == "numbers")
    cells = [(cell.tag, cell.attrs.get("class"), cell.text) for cell in table.all("th", "td")]
    assert cells == [
        ("th", None, "net"), ("th", "number", "%"),
        ("th", None, "ours"), ("td", "number", "91.23"),
        ("th", None, "paper"), ("td", "number", "–"),
    ]
    assert "Ours is small." in root.text


def test_figures_are_embedded_whole(project):
    _, root = rendered(flat())
    image, = root.all("img")
    kind, content = image.attrs["src"].split(",", 1)
    assert kind == "data:image/svg+xml"
    assert unquote(content).split() == Path("plots/flat/rise.svg").read_text(encoding="utf-8").split()
    assert not set('"#<>&\'') & set(content)
    assert ElementTree.fromstring(unquote(content)).tag.endswith("svg")
    assert image.attrs["alt"] == "The rise of the loss."
    assert (image.attrs["width"], image.attrs["height"]) == ("557", "326")   # 5.8 x 3.4 inches of 96 pixels
    assert root.all("figcaption")[0].text == image.attrs["alt"]


def test_text_is_escaped(project):
    evil = '<script>alert("x")</script> & <b>co</b>'
    table = Table(evil, [evil], [[evil]], evil)
    claim = replace(flat().claims[0], sentence=evil, source=evil, unit=evil, basis=evil)
    page = Page("flat", evil, evil, [evil, [evil, "#"]], {evil: evil}, evil, [claim], [table],
                [Figure("plots/flat/rise.svg", evil)])
    _, root = rendered(page)
    assert not root.all("script")
    assert root.text.count(evil) == 18           # title and question twice, the other texts once
    assert root.all("img")[0].attrs["alt"] == evil


def test_one_experiment_has_all_its_conditions_on_top(project):
    html, _ = rendered(flat())
    top, own = html.split("<article>")
    assert top.count("<dt>") == 3
    assert "<dl" not in own


def test_only_equal_conditions_are_shared(project):
    page = flat()
    other = replace(page, name="sharp", conditions={"data": "photos", "seeds": "5", "temperature": "4"})
    html, _ = rendered(page, other)
    top, *own = [dict(re.findall("<dt>(.*?)</dt><dd>(.*?)</dd>", part)) for part in html.split("<article>")]
    assert top == {"data": "photos"}
    assert own == [{"seeds": "3", "epochs": "6"}, {"seeds": "5", "temperature": "4"}]


def test_experiments_are_in_the_order_of_their_names(project):
    _, root = rendered(replace(flat(), name="z", title="Last"), replace(flat(), name="a", title="First"))
    assert [node.text for node in root.all("article") for node in node.all("h2")] == ["First", "Last"]


def test_same_pages_same_bytes(project):
    assert rendered(flat())[0] == rendered(flat())[0]


def test_it_can_be_read_without_eyes(project):
    html, root = rendered(flat())
    assert html.startswith("<!DOCTYPE html>")
    assert root.all("html")[0].attrs["lang"] == "en-GB"
    levels = [int(node.tag[1]) for node in root.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(after <= before + 1 and after > 1 for before, after in pairwise(levels))
    assert all(table.all("caption")[0].words() for table in root.all("table"))
    assert all(cell.attrs["scope"] in {"col", "row"} for cell in root.all("th"))
    assert all("aria-hidden" in svg.attrs for svg in root.all("svg"))        # their numbers stand beside them
    ids = [node.attrs["id"] for node in root.all() if "id" in node.attrs]
    assert len(ids) == len(set(ids))
    assert all(node.attrs["aria-labelledby"] in ids for node in root.all() if "aria-labelledby" in node.attrs)


def test_text_has_contrast_in_both_schemes():
    """WCAG 2.2, success criterion 1.4.3: at least 4.5 to 1."""
    css = (ROOT / "stages/report/page.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root {(.*?)}", css, re.S)
    schemes = [dict(re.findall(r"--(\S+): (#\w{6});", block)) for block in blocks]
    assert len(schemes) == 2
    for colours in schemes:
        pairs = [(ink, paper) for ink in ("ink", "muted", "link") for paper in ("paper", "panel")]
        pairs += [(word, f"{word}-tint") for word in ("supported", "contradicted", "inconclusive")]
        for ink, paper in pairs:
            dark, light = sorted(luminance(colours[name]) for name in (ink, paper))
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, paper)


def luminance(colour):
    """Relative luminance of #rrggbb, by WCAG's definition."""
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def missing_figure():
    write_page(flat())
    Path("plots/flat/rise.svg").unlink()
    return "plots/flat/rise.svg"


def damaged_figure():
    write_page(flat())
    Path("plots/flat/rise.svg").write_text("<svg", encoding="utf-8")
    return "plots/flat/rise.svg"


def damaged_page():
    write_page(flat())
    Path("data/flat/page.json").write_text("{", encoding="utf-8")
    return "data/flat/page.json"


def no_page():
    return "dvc repro"


@pytest.mark.parametrize("spoil", [missing_figure, damaged_figure, damaged_page, no_page])
def test_what_the_user_can_mend_ends_in_one_line(project, spoil):
    named = spoil()
    ended = subprocess.run(
        [sys.executable, "-m", "stages.report.page"], env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True,
    )
    assert ended.returncode == 1
    assert re.fullmatch(r"error: .*\n", ended.stderr)
    assert named in ended.stderr
    assert not Path("plots/report.html").exists()


def test_the_last_lines_of_a_run_count_claims_apart(project):
    page = {"claims": [claim.row() for claim in flat().claims]}
    assert list(verdicts.totals(report.counts([page]))) == [
        "Of what papers claim: 1 supported, 1 contradicted, 1 inconclusive, 0 not tested.",
        "Of our own questions: 0 supported, 0 contradicted, 0 inconclusive, 1 not tested.",
        "3 of 4 claims were tested; without any effects, chance would give about 0.2 verdicts.",
    ]
