import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from stages.core import plots
from stages.core.claims import OURS, VERDICTS, Claim
from stages.core.files import read_json, write_json
from stages.core.pages import Figure, Page, Table, write_page
from stages.report import verdicts
from stages.report.pages import counts, groups
from tests.report.made import FOLDER, flat, rendered, shape

ROOT = Path(__file__).parents[2]
KEPT = Path("docs/results/cifar10/flat")


def keep(page):
    """Keeps a page's results and its figures under the profile cifar10."""
    write_page(page)
    KEPT.mkdir(parents=True)
    Path(f"data/{page.name}/page.json").rename(KEPT / "page.json")
    for figure in page.figures:
        (KEPT / Path(figure.path).name).write_bytes(Path(figure.path).read_bytes())


def plain(**changes):
    """A page without tables and figures."""
    return flat(tables=[], figures=[], **changes)


def numbered(n, **changes):
    """So many supported claims of a paper."""
    return [replace(flat().claims[0], id=f"a_claim_with_a_name_{i}", **changes) for i in range(n)]


def cells(row):
    """Of a row of the matrix, signs in its cells by who asks; · where there is none."""
    return {
        asks: "".join(node.words() if node.tag == "a" else "·" for node in row.of(asks)[0].children)
        for asks in ("papers", "ours")
    }


def test_nothing_is_loaded_from_elsewhere(project):
    for root in rendered(flat()).values():
        for node in root.all():
            assert node.tag not in {"iframe", "object", "embed", "style"}
            if node.tag != "a":
                targets = [node.attrs.get(name) or "" for name in ("src", "srcset", "href", "data", "poster")]
                assert not re.search(r"^/|:", "".join(targets))
        scripts = "".join(node.text for node in root.all("script"))
        assert not re.search(r"http|fetch|import|XMLHttpRequest|cookie|localStorage", scripts)
        outside = [a.attrs["href"] for a in root.all("a") if ":" in a.attrs["href"]]
        assert set(outside) <= {"https://example.org/a"}
    assert not re.search(r"url\(|@import", (FOLDER / "report.css").read_text(encoding="utf-8"))


def test_every_link_leads_somewhere(project):
    keep(flat())
    Path("docs/results/cifar10/flat.md").write_text("by hand", encoding="utf-8")
    trees = rendered(flat(), flat(name="other"))
    assert len(trees) == 5                       # index, two experiments, one of them kept, notes
    for name, root in trees.items():
        for node in root.all("a", "img", "link"):
            target = node.attrs.get("href") or node.attrs["src"]
            if ":" not in target:
                path, _, id = target.partition("#")
                path = os.path.normpath(FOLDER / Path(name).parent / path) if path else str(FOLDER / name)
                assert Path(path).is_file(), (name, target)
                if id:
                    assert id in trees[os.path.relpath(path, FOLDER)].ids(), (name, target)


def test_every_file_is_reached_from_the_index(project):
    keep(flat())
    Path("docs/results/cifar10/flat.md").write_text("by hand", encoding="utf-8")
    trees = rendered(flat())
    seen, waiting = set(), ["index.html"]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            nodes = trees[name].all("a", "img", "link") if name in trees else []
            targets = [node.attrs.get("href") or node.attrs["src"] for node in nodes]
            paths = [target.split("#")[0] for target in targets if ":" not in target and target[0] != "#"]
            waiting += [os.path.normpath(Path(name).parent / path) for path in paths]
    assert seen == {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}


def test_every_claim_has_its_sentence_verdict_and_interval(project):
    claims = rendered(flat())["flat.html"].of("claim")
    expected = {
        "claim-better": ("It is better.", "✓ supported +1.50 points, 95 % interval +1.20 to +1.80"),
        "claim-worse": ("It is smaller.", "✗ contradicted −6.2 points, 95 % interval −9.8 to −2.7"),
        "claim-open": ("It is as fast.", "? inconclusive +0.12 nats, 95 % interval −0.48 to +0.41"),
        "claim-odd": ("It is odd.", "– not tested −1.00 nats", "1 seed: one seed tells nothing"),
    }
    assert [claim.attrs["id"] for claim in claims] == list(expected)
    for claim, words in zip(claims, expected.values(), strict=True):
        source = "our question" if claim.attrs["id"] in ("claim-open", "claim-odd") else "A et al., table 1"
        assert all(word in claim.words() for word in (*words, source))
    assert "interval" not in claims[-1].words()


def test_the_answer_comes_first_and_its_first_sentence_stands_out(project):
    root = rendered(flat())["flat.html"]
    answer, = root.of("answer")
    assert answer.words() == "Sometimes. They cost 2 %."
    assert answer.all("b")[0].words() == "Sometimes."
    assert root.words().index("Sometimes.") < root.words().index("It is better.")


def test_the_matrix_has_a_cell_a_claim_told_by_sign_and_colour(project):
    index = rendered(flat(), plain(name="again", claims=numbered(2)))["index.html"]
    rows = index.of("matrix")[0].all("tbody")
    assert [row.all("th")[0].words() for row in rows] == ["Flat minima Do they help?"] * 2
    assert [cells(row) for row in rows] == [{"papers": "✓✓", "ours": ""}, {"papers": "✓✗", "ours": "?–"}]
    links = [link for cell in rows[1].all("td") for link in cell.all("a")]
    colours = [link.attrs["class"] for link in links]
    assert colours == ["supported", "contradicted", "inconclusive", "not-tested"]
    assert links[1].attrs["href"] == "flat.html#claim-worse"
    assert links[1].attrs["title"] == "It is smaller.\ncontradicted: −6.2 points, −9.8 to −2.7"
    assert links[3].attrs["title"] == "It is odd.\nnot tested: −1.00 nats"


def test_the_index_counts_verdicts_and_what_chance_would_give(project):
    untested = [replace(one, id=f"untested_{i}", low=None, high=None) for i, one in enumerate(numbered(20))]
    index = rendered(flat(), plain(name="again", claims=[*numbered(19), *untested]))["index.html"]
    rows = [[cell.words() for cell in row.all("th", "td")] for row in index.of("counts")[0].all("tr")]
    assert rows == [
        ["who asks", "supported", "contradicted", "inconclusive", "not tested", "tested", "by chance"],
        ["papers' claims", "✓ 20", "✗ 1", "0", "– 20", "21 of 41", "1.1"],      # 0.05 of 21
        ["our questions", "0", "0", "? 1", "– 1", "1 of 2", "0.1"],
    ]


def test_filters_are_checkboxes_that_need_no_mouse_and_without_javascript_all_is_shown(project):
    index = rendered(flat())["index.html"]
    form, = index.all("form")
    boxes = form.all("input")
    assert all(box.attrs["type"] == "checkbox" and "checked" in box.attrs for box in boxes)
    wanted = [word.replace(" ", "-") for word in VERDICTS] + ["papers", "ours"]
    assert [box.attrs["value"] for box in boxes] == wanted
    found = {node.attrs["class"] for node in index.of("matrix")[0].all("td", "a") if "class" in node.attrs}
    assert set(wanted) == found                  # what the script compares them with
    assert [node.tag for node in index.all() if "hidden" in node.attrs] == ["form"]


def test_the_index_is_small_with_thirty_experiments_and_as_many_of_real_data(project):
    sentence = "The network that is trained so " + "very " * 20 + "long is better."        # 146 characters
    long = numbered(13, sentence=sentence)
    for i in range(30):
        page = plain(name=f"experiment{i}", claims=long)
        write_page(page)
        write_json(f"docs/results/cifar10/{page.name}/page.json", read_json(f"data/{page.name}/page.json"))
    index = rendered()["index.html"]
    assert len(index.of("matrix")[0].of("supported")) == 2 * 30 * 13
    assert (FOLDER / "index.html").stat().st_size < 300_000


def test_real_data_stand_beside_this_run_and_claims_are_matched_by_id(project):
    better, worse, open_, _ = flat().claims
    new = replace(worse, id="new", effect=6.2, low=2.7, high=9.8)
    other = replace(better, effect=-1.5, low=-1.8, high=-1.2)
    figures = [Figure("plots/flat/figures/rise.svg", "Rises.", ["new"])]
    keep(flat(claims=[new, open_, other], figures=figures, tables=[]))
    Path(KEPT / "rise.svg").write_text('<svg viewBox="0 0 30 60"/>', encoding="utf-8")
    trees = rendered(flat())
    one, two = trees["index.html"].of("matrix")[0].all("tbody")[0].all("tr")
    assert [cells(one), cells(two)] == [{"papers": "✓✗·", "ours": "?–"}, {"papers": "✗·✓", "ours": "?·"}]
    assert [row.all("th")[-1].words() for row in (one, two)] == ["this run", "cifar10"]
    assert two.all("td")[0].all("a")[0].attrs["href"] == "cifar10/flat.html#claim-better"
    kept = trees["cifar10/flat.html"]
    assert kept.of("runs")[0].words() == "Run: this run cifar10"
    assert [a.attrs["href"] for a in kept.of("runs")[0].all("a")] == ["../flat.html", "../cifar10/flat.html"]
    assert kept.all("img")[0].attrs["width"] == "40"
    assert (FOLDER / "cifar10/flat/rise.svg").read_bytes() == (KEPT / "rise.svg").read_bytes()
    assert [row.all("th")[0].words() for row in trees["index.html"].of("counts")[0].all("tr")] == [
        "run and who asks", "this run: papers' claims", "this run: our questions",
        "cifar10: papers' claims", "cifar10: our questions",
    ]


def test_notes_by_hand_are_shown_as_they_are(project):
    Path("docs/results/cifar10").mkdir(parents=True)
    Path("docs/results/cifar10/flat.md").write_text("# By hand\n\n| a | <b> |", encoding="utf-8")
    Path("docs/results/cifar10/unknown.md").write_text("no such experiment", encoding="utf-8")
    trees = rendered(flat())
    assert set(trees) == {"index.html", "flat.html", "cifar10/flat-notes.html"}
    assert trees["cifar10/flat-notes.html"].all("pre")[0].text == "# By hand\n\n| a | <b> |"
    assert "cifar10/flat-notes.html" in [a.attrs["href"] for a in trees["flat.html"].all("a")]


def test_the_diagrams_of_a_unit_have_one_scale(project):
    drawings = rendered(flat())["flat.html"].all("svg")
    found = []
    for svg in drawings:
        drawn = {node.attrs.get("class"): node for node in svg.all("path", "circle")}
        assert svg.attrs["viewbox"] == "-110 0 220 40"
        assert drawn["axis"].attrs["d"] == "M-110 14H110"
        assert drawn["zero"].attrs["d"].startswith("M0 ")
        low, _, high = shape(drawn["interval"].attrs["d"])[:3]
        labels = [(text.attrs["x"], text.text) for text in svg.all("text")]
        found.append((low, float(drawn["effect"].attrs["cx"]), high, labels))
    ten, half = (
        [("-110", f"−{end}"), ("0", "0"), ("110", f"+{end}")] for end in ("10", "0.5")
    )
    assert found == [                            # on a scale from -10 to 10 points, and from -0.5 to 0.5 nats
        (13.2, 16.5, 19.8, ten), (-107.8, -68.2, -29.7, ten), (-105.6, 26.4, 90.2, half),
    ]


def test_a_figure_stands_beside_its_claims_and_after_all_if_it_has_none(project):
    root = rendered(flat())["flat.html"]
    groups = [(group.of("claim"), group.all("figure")) for group in root.of("group")]
    assert [tuple([node.attrs["id"] for node in nodes] for nodes in group) for group in groups] == [
        (["claim-better"], []), (["claim-worse", "claim-open"], ["figure-rise"]), (["claim-odd"], []),
    ]
    assert [one.attrs["id"] for one in root.all("figure")] == ["figure-rise", "figure-other"]
    assert [one.all("b")[0].text for one in root.all("figure")] == ["Figure 1.", "Figure 2."]


@pytest.mark.parametrize(("of", "wanted"), [
    ({"a": "1", "b": "1", "c": "2"}, [("ab", "1"), ("c", "2")]),
    ({"a": "1", "b": "12", "c": "2"}, [("a", "1"), ("bc", "2")]),
    ({"a": "", "b": "", "c": "1", "d": "", "e": ""}, [("ab", ""), ("c", "1"), ("de", "")]),
    ({"a": "1", "b": "2", "c": "1"}, [("a", "1"), ("b", "2"), ("c", "")]),   # it is shown, but elsewhere
    ({"a": "12", "b": "2"}, [("ab", "12")]),
])
def test_claims_of_the_same_figures_stand_together_and_every_figure_once(of, wanted):
    """`of` is claim -> its figures."""
    figures = [{"id": id, "claims": [claim for claim in of if id in of[claim]]} for id in "12"]
    found = groups({"claims": [{"id": claim} for claim in of], "figures": figures})
    ids = [{key: "".join(one["id"] for one in group[key]) for key in group} for group in found]
    assert [(group["claims"], group["figures"]) for group in ids] == wanted


def test_a_claim_leads_to_its_figures_and_tables(project):
    root = rendered(flat())["flat.html"]
    found = [[(a.attrs["href"], a.text) for a in claim.of("basis")[0].all("a")] for claim in root.of("claim")]
    figure, table = ("#figure-rise", "Figure 1"), ("#table-accuracy-in", "Table 1")
    assert found == [[], [figure, table], [figure], []]


def test_ids_are_unique_and_stay_when_another_is_added(project):
    before = rendered(flat())
    first = replace(flat().claims[0], id="first"), Table("First", ["a"], [["b"]])
    Path("plots/flat/figures/first.svg").write_bytes(Path("plots/flat/figures/rise.svg").read_bytes())
    after = rendered(flat(
        claims=[first[0], *flat().claims], tables=[first[1], *flat().tables],
        figures=[Figure("plots/flat/figures/first.svg", "First.", ["odd"]), *flat().figures],
    ))
    for root in (*before.values(), *after.values()):
        assert len(root.ids()) == len(set(root.ids()))
    old, new = set(before["flat.html"].ids()), set(after["flat.html"].ids())
    assert {"claim-better", "table-accuracy-in", "table-loss", "figure-rise"} <= old
    assert new - old == {"claim-first", "table-first", "table-first-caption", "figure-first"}
    assert old <= new


def test_contents_lead_to_all_that_is_on_the_page(project):
    root = rendered(flat())["flat.html"]
    targets = [a.attrs["href"][1:] for a in root.of("contents")[0].all("a")]
    wanted = [id for id in root.ids() if re.fullmatch("(claim|table|figure)-.*(?<!-caption)", id)]
    assert set(wanted) - set(targets) == {"figure-rise"}     # it stands beside a claim
    assert targets[0] == "answer"
    assert root.all("a")[1].attrs["href"] == "index.html"    # the way back, after the link that skips


def test_tables_show_numbers_right_and_nulls_as_dashes(project):
    root = rendered(flat())["flat.html"]
    table = root.of("numbers")[0]
    cells = [(cell.tag, cell.attrs.get("class"), cell.text) for cell in table.all("th", "td")]
    assert cells == [
        ("th", None, "net"), ("th", "number", "%"),
        ("th", None, "ours"), ("td", "number", "91.23"),
        ("th", None, "paper"), ("td", "number", "–"),
    ]
    assert table.all("caption")[0].words() == "Table 1. Accuracy, in %"
    assert "Ours is small." in root.text


def test_figures_are_files_beside_the_page(project):
    image = rendered(flat())["flat.html"].all("img")[0]
    assert image.attrs["src"] == "flat/rise.svg"
    assert (FOLDER / "flat/rise.svg").read_bytes() == Path("plots/flat/figures/rise.svg").read_bytes()
    assert ElementTree.parse(FOLDER / "flat/rise.svg").getroot().tag.endswith("svg")
    assert image.attrs["alt"] == "The rise of the loss."
    assert image.attrs["loading"] == "lazy"
    assert (image.attrs["width"], image.attrs["height"]) == ("557", "326")   # 5.8 x 3.4 inches of 96 pixels


def test_text_is_escaped(project):
    evil = '<script>alert("x")</script> & <b>co</b>'
    table = Table(evil, [evil], [[evil]], evil)
    claim = replace(flat().claims[0], sentence=evil, source=evil, unit=evil, basis=evil, note=evil)
    trees = rendered(Page("flat", evil, evil, [evil, [evil, "#"]], {evil: evil}, evil, [claim], [table],
                          [Figure("plots/flat/figures/rise.svg", evil)]))
    assert [len(trees[name].all("script")) for name in ("flat.html", "index.html")] == [0, 1]
    assert trees["flat.html"].text.count(evil) == 19         # title and caption twice, the other texts once
    assert trees["index.html"].text.count(evil) == 4         # title, question, a condition's name and value
    assert evil in trees["index.html"].of("supported")[-1].attrs["title"]
    assert trees["flat.html"].all("img")[0].attrs["alt"] == evil


def test_the_index_has_the_conditions_that_all_share_and_a_page_has_all_its_own(project):
    other = {"data": "photos", "seeds": "5", "temperature": "4"}
    trees = rendered(flat(), flat(name="sharp", conditions=other))
    found = {name: [(dt.text, dd.text) for dt, dd in zip(root.all("dt"), root.all("dd"), strict=True)]
             for name, root in trees.items()}
    assert found == {
        "index.html": [("data", "photos")],
        "flat.html": [("data", "photos"), ("epochs", "6"), ("seeds", "3")],
        "sharp.html": [("data", "photos"), ("seeds", "5"), ("temperature", "4")],
    }


def test_experiments_are_in_the_order_of_their_names(project):
    index = rendered(flat(name="z", title="Last"), flat(name="a", title="First"))["index.html"]
    assert [body.all("a")[0].text for body in index.of("matrix")[0].all("tbody")] == ["First", "Last"]


def test_same_pages_same_bytes_and_nothing_of_before(project):
    def files():
        return {path: path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()}

    rendered(flat())
    first = files()
    (FOLDER / "gone.html").write_text("", encoding="utf-8")
    rendered(flat())
    assert files() == first


def test_it_can_be_read_without_eyes(project):
    keep(flat())
    for root in rendered(flat()).values():
        assert root.all("html")[0].attrs["lang"] == "en-GB"
        assert root.all("a")[0].attrs["href"] == "#main"     # skips what is before it
        assert "main" in root.ids()
        levels = [int(node.tag[1]) for node in root.all("h1", "h2", "h3", "h4")]
        assert levels[0] == 1
        assert all(after <= before + 1 and after > 1 for before, after in pairwise(levels))
        assert all(table.all("caption")[0].words() for table in root.all("table"))
        assert all(cell.attrs["scope"] in {"col", "row", "rowgroup"} for cell in root.all("th"))
        assert all("aria-hidden" in svg.attrs for svg in root.all("svg"))    # their numbers stand beside them
        assert all(image.attrs["alt"] for image in root.all("img"))
        named = [node.attrs["aria-labelledby"] for node in root.all() if "aria-labelledby" in node.attrs]
        assert set(named) <= set(root.ids())
    assert (FOLDER / "index.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def schemes():
    """The colours of the report, light and dark: name -> #rrggbb."""
    css = (ROOT / "stages/report/report.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root {(.*?)}", css, re.S)
    return [dict(re.findall(r"--(\S+): (#\w{6});", block)) for block in blocks]


def test_text_has_contrast_in_both_schemes():
    """WCAG 2.2, success criterion 1.4.3: at least 4.5 to 1."""
    assert len(schemes()) == 2
    for colours in schemes():
        pairs = [(ink, paper) for ink in ("ink", "muted", "link") for paper in ("paper", "panel")]
        for word in ("supported", "contradicted", "inconclusive"):
            pairs += [(word, f"{word}-tint"), (word, "paper")]
        for ink, paper in pairs:
            dark, light = sorted(luminance(colours[name]) for name in (ink, paper))
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, paper)


def test_figures_are_drawn_for_the_grounds_that_they_are_shown_on():
    assert [(colours["paper"], colours["ink"]) for colours in schemes()] == [
        (plots.GROUNDS[0], plots.INK), (plots.GROUNDS[1], plots.LIGHT_INK),
    ]


def luminance(colour):
    """Relative luminance of #rrggbb, by WCAG's definition."""
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_a_page_that_names_no_claims_of_its_figures_and_tables_is_shown(project):
    """Those that were written before figures and tables named any."""
    write_page(flat())
    page = read_json("data/flat/page.json")
    for one in page["figures"] + page["tables"]:
        del one["claims"]
        one.pop("name", None)
    write_json("data/flat/page.json", page)
    root = rendered()["flat.html"]
    assert [one.attrs["id"] for one in root.all("figure")] == ["figure-other", "figure-rise"]
    assert {"table-accuracy-in", "table-loss"} <= set(root.ids())


def missing_figure():
    write_page(flat())
    Path("plots/flat/figures/rise.svg").unlink()
    return "plots/flat/figures/rise.svg"


def missing_kept_figure():
    keep(flat())
    write_page(flat())
    (KEPT / "rise.svg").unlink()
    return "docs/results/cifar10/flat/rise.svg"


def damaged_figure():
    write_page(flat())
    Path("plots/flat/figures/rise.svg").write_text("<svg", encoding="utf-8")
    return "plots/flat/figures/rise.svg"


def damaged_page():
    write_page(flat())
    Path("data/flat/page.json").write_text("{", encoding="utf-8")
    return "data/flat/page.json"


def no_page():
    return "dvc repro"


def two_tables_of_one_name():
    write_page(flat(tables=flat().tables[:1] * 2))
    return "table-accuracy-in"


def two_claims_of_one_name():
    write_page(plain(claims=numbered(1) * 2))
    return "a_claim_with_a_name_0"


def figure_of_a_claim_that_is_not_there():
    write_page(flat(claims=flat().claims[:2]))
    return "figure-rise is of the claim open"


@pytest.mark.parametrize("spoil", [
    missing_figure, missing_kept_figure, damaged_figure, damaged_page, no_page, two_tables_of_one_name,
    two_claims_of_one_name,
    figure_of_a_claim_that_is_not_there,
])
def test_what_the_user_can_mend_ends_in_one_line(project, spoil):
    named = spoil()
    ended = subprocess.run(
        [sys.executable, "-m", "stages.report.site"], env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True,
    )
    assert ended.returncode == 1
    assert re.fullmatch(r"error: .*\n", ended.stderr)
    assert named in ended.stderr
    assert not FOLDER.exists()


def test_the_last_lines_of_a_run_count_claims_apart():
    text = {"unit": "points", "effect": 1.5, "low": 1.2, "high": 1.8, "basis": "3 seeds"}
    claims = [Claim("a", "A.", "A et al.", **text), Claim("b", "B.", OURS, **text),
              Claim("c", "C.", OURS, **text | {"low": None, "high": None})]
    assert list(verdicts.totals(counts([{"claims": [claim.row() for claim in claims]}]))) == [
        "Of what papers claim: 1 supported, 0 contradicted, 0 inconclusive, 0 not tested.",
        "Of our own questions: 1 supported, 0 contradicted, 0 inconclusive, 1 not tested.",
        "2 of 3 claims were tested; without any effects, chance would give about 0.1 verdicts.",
    ]


def test_the_steps_of_an_experiment_are_on_its_page(project):
    assert not any(node.attrs.get("id") == "steps" for node in rendered(flat())["flat.html"].all())
    steps = Path("docs/steps/flat.svg")
    steps.parent.mkdir(parents=True)
    steps.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 20"><text>a</text></svg>')
    root = rendered(flat())["flat.html"]
    figure, = (node for node in root.all("figure") if node.attrs["id"] == "steps")
    assert figure.all("img")[0].attrs["src"] == "flat/steps.svg"
    assert (FOLDER / "flat/steps.svg").read_bytes() == steps.read_bytes()
