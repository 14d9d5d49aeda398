"""The answer's numbers, and which networks and scores the figures set side by side."""

import numpy as np
import pytest
import xarray as xr

from stages.ood import figures
from stages.ood.page import answer
from stages.ood.recipe import SCORES
from stages.ood.results import SETS
from tests.ood.made import group, network


def areas(networks, sets):
    """Measured AUROC in percent of two seeds, one less and one more, the same by all scores."""
    values = np.array([[[[[area + more] for _ in SCORES] for area in areas] for more in (-1, 1)]
                       for areas in networks.values()], float)
    places = {"network": list(networks), "set": sets, "score": list(SCORES), "metric": ["auroc"]}
    return xr.Dataset({"metrics": (("network", "seed", "set", "score", "metric"), values)}, places)


def test_the_answer_names_the_hardest_set_and_what_exposure_gains():
    known = areas({"baseline": range(60, 68), "width_4": range(50, 58)}, list(SETS)[1:])
    before, after = np.full(9, 50.0), np.full(9, 70.0)
    after[[0, 1, 6]] = 75, 99, 45                            # the other classes, outliers, digits
    found = answer(known, areas({"control": before, "exposed": after}, list(SETS)))
    assert "is 63.5 % by maximum softmax, 63.5 % by ODIN and 63.5 % by energy" in found
    assert "the hardest set is outliers, the easiest uniform noise" in found
    assert "gains +25.0 points on the other classes, where it helps most, and -5.0 on digits" in found


@pytest.fixture
def drawn(monkeypatch):
    """The panels of each figure of areas: name -> panels."""
    found = {}
    monkeypatch.setattr(figures, "dots", lambda name, caption, panels, *_: found.update({name: panels}))
    capacity = group({"baseline": network(80, 70, 60), "width_4": network(75)})
    names = {"known": 55, "control": (60, 61, 70), "exposed": (80, 81, 82), "energy": (50, 51, 95),
             "classes_1": 65, "classes_100": 75}
    exposure = group({name: network(*np.atleast_1d(area), other_classes=52) for name, area in names.items()})
    sizes = dict.fromkeys(["width_4", "baseline"], "a size")
    figures.areas(capacity, sizes, exposure, dict.fromkeys(names, "a network"))
    return found


def mean(terms):
    return pytest.approx(sum(float(term.mean()) for term in terms))


def test_each_panel_compares_with_the_control_by_its_own_score(drawn):
    panels = {title: [mean(values["text"]) for values in groups.values()]
              for title, groups in drawn["ood/exposure"].items()}
    assert panels == {"Outlier exposure, by maximum softmax": [60, 80], "Energy bounds, by energy": [70, 95]}


def test_sizes_by_score_and_outliers_by_kind_of_set(drawn):
    sizes, = drawn["ood/capacity"].values()
    assert {label: [mean(of[name]) for name in ("width_4", "baseline")] for label, of in sizes.items()} == {
        "maximum softmax": [75, 80], "ODIN": [75, 70], "energy": [75, 60],
    }
    kinds, = drawn["ood/classes"].values()
    assert [mean(terms) for terms in kinds["the other classes"].values()] == [52] * 4
    assert {name: mean(terms) for name, terms in kinds["other data"].items()} == {
        "control": 60, "exposed": 80, "classes_1": 65, "classes_100": 75,
    }
