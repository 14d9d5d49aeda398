"""The end of an experiment."""

import json
from pathlib import Path

import pytest
import xarray as xr

from stages.core.about import About, Source
from stages.core.claims import Claim
from stages.core.pages import Figure, accuracies, means, outcome, publish

ABOUT = About("demo", "A demo", "Does it?", [Source("A 2021", "A: Demo, 2021", "https://example.org")], {})
TEXT = {"sentence": "Ours is better.", "source": "A 2021", "unit": "points", "basis": "3 seeds"}
BETTER = Claim("better", effect=1.23456, low=0.2, high=2.2, **TEXT)
OPEN = Claim("untested", effect=-1.0, low=None, high=None, note="one seed", **TEXT)


def test_a_page_and_metrics_are_written_and_claims_are_shown(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    publish(ABOUT, {"data": "tiles"}, "More.", [BETTER, OPEN], [],
            [Figure("plots/demo/figures/one.svg", "One.", ("better", "of_a_larger_profile"))], right=90.0)
    page = json.loads(Path("data/demo/page.json").read_text())
    assert (page["title"], page["sources"]) == ("A demo", [["A: Demo, 2021", "https://example.org"]])
    assert page["answer"].startswith("Supported here (+1.23 points, 95 % interval +0.2 to +2.2): Ours is")
    assert page["answer"].endswith("better. More.")
    assert [claim["verdict"] for claim in page["claims"]] == ["supported", "not tested"]
    assert page["figures"][0]["claims"] == ["better"]
    metrics = json.loads(Path("metrics/demo.json").read_text())
    assert metrics["numbers"] == {"right": 90.0}
    assert set(metrics["claims"]) == {"better", "untested"}
    assert capsys.readouterr().out.count("Ours is better.") == 2


@pytest.mark.parametrize(("claim", "words"), [
    (BETTER, "Supported here (+1.23 points, 95 % interval +0.2 to +2.2): Ours is better."),
    (OPEN, "Not tested here (-1 points): Ours is better."),
])
def test_the_outcome_of_a_claim(claim, words):
    assert outcome(claim) == words


def test_the_mean_of_each_network_is_its_accuracy():
    right = xr.DataArray([[0.0, 100.0], [50.0, 100.0]], {"network": ["sam", "sgd"]}, ("network", "image"))
    assert means(right) == {"sam": 50, "sgd": 75}
    assert accuracies(right) == {"sam_test_accuracy": 50, "sgd_test_accuracy": 75}
