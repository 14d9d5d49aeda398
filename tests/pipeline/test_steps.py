"""Pictures of the steps of experiments."""

from itertools import combinations
from xml.etree import ElementTree

import networkx as nx
import pytest

from pipeline import steps
from stages.core.errors import UserError

NOISE = {
    ("objects", "gaussian"), ("objects", "sam"), ("baseline", "robustness"), ("baseline", "landscape"),
    ("gaussian", "robustness"), ("gaussian", "landscape"), ("sam", "robustness"), ("sam", "landscape"),
    ("robustness", "noise"), ("landscape", "noise"),
}


def test_this_project(repo):
    assert steps.complaints(repo) == []


def test_variants_are_folded_and_long_ways_suffice(repo):
    found = steps.folded(repo, "noise")
    assert set(found.edges) == NOISE                         # not objects -> noise, which also depends on it
    assert steps.label(found, "robustness") == "robustness, 3 variants"
    assert steps.label(found, "baseline") == "baseline"


def test_a_page_that_shows_other_steps_is_mended(repo, tmp_path, monkeypatch):
    monkeypatch.setattr(repo, "root_dir", str(tmp_path))
    monkeypatch.setattr(steps, "folded", lambda *_: nx.DiGraph([("a", "b")]))
    readme = tmp_path / "stages/demo/README.md"
    readme.parent.mkdir(parents=True)
    readme.write_text("# demo\n\n<!-- steps -->\nold\n<!-- end of steps -->\n\nMore.\n")
    found = steps.different(repo, ["demo"])
    assert found[readme] == (
        '# demo\n\n<!-- steps -->\n```mermaid\nflowchart LR\n    s0["a"]\n    s1["b"]\n    s0 --> s1\n```\n'
        "<!-- end of steps -->\n\nMore.\n"
    )
    assert list(found) == [readme, tmp_path / "docs/steps/demo.svg"]
    readme.write_text("# demo\n")
    with pytest.raises(UserError, match=r"stages/demo/README.md needs a line <!-- steps -->"):
        steps.different(repo, ["demo"])
    readme.unlink()
    with pytest.raises(UserError, match=r"stages/demo/README.md needs a line <!-- steps -->"):
        steps.different(repo, ["demo"])


def test_boxes_do_not_lie_over_one_another_and_words_are_escaped():
    graph = nx.DiGraph([("a", "c"), ("b", "c"), ("c", "d & e"), ("a", "d & e")])
    root = ElementTree.fromstring(steps.svg(graph))
    boxes = [
        [float(box.get(key)) for key in ("x", "y", "width", "height")]
        for box in root.iter("{http://www.w3.org/2000/svg}rect")
    ]
    assert len(boxes) == 4
    for (x, y, width, height), (u, v, _, _) in combinations(boxes, 2):
        assert abs(x - u) >= width or abs(y - v) >= height
    _, _, right, below = map(float, root.get("viewBox").split())
    assert all(x + width <= right and y + height <= below for x, y, width, height in boxes)
    assert "d & e" in [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert len(list(root.iter("{http://www.w3.org/2000/svg}path"))) == 4
