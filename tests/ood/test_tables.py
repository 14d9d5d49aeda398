"""Tables from scores whose areas are known, and where the papers' numbers stand."""

import numpy as np
import pytest
import xarray as xr

from stages.ood import tables
from stages.ood.recipe import SCORES
from stages.ood.results import OTHER, UNSEEN
from tests.ood.made import group, network

# the sources of the sets, among them one of the ODIN paper's and one of outlier exposure's
ORIGIN = dict.fromkeys(sorted(OTHER), "folder any")
ORIGIN |= {"scenes": "folder LSUN_resize", "text": "SVHN by torchvision"}


def test_ranks_count_from_the_hardest():
    """Of three networks, areas rise from set to set in two and fall in the third."""
    def metrics(areas):
        values = np.array([[[[area]] * len(SCORES) for area in areas]])
        return xr.DataArray(values, {"set": OTHER, "metric": ["auroc"]}, ("seed", "set", "score", "metric"))

    rising = np.arange(len(OTHER), dtype=float)
    three = xr.concat([metrics(of) for of in (rising, rising, -rising)], "network")
    found = tables.ranks(xr.Dataset({"metrics": three}))
    n = len(OTHER)
    assert list(found.values()) == [round((2 * place + n + 1 - place) / 3, 1) for place in range(1, n + 1)]


def mean(cell):
    return float(cell.split(" ± ")[0])


def test_a_gain_is_over_the_control_by_the_same_score_and_the_outliers_own_kind_is_no_part_of_the_mean():
    networks = {
        "known": network(55), "control": network(60, 60, 70), "exposed": network(80, outliers=98),
        "energy": network(50, 50, 95),
    }
    table = tables.exposure(group(networks), ORIGIN)
    column = {name: i for i, name in enumerate(table.columns)}
    found = {row[0]: row for row in table.rows}
    assert mean(found["outliers"][column["gain, points"]]) == pytest.approx(98 - 60)
    for row in "text", "the other classes", "mean of unseen sets":
        cells = {name: found[row][i] for name, i in column.items()}
        assert mean(cells["as trained"]) == 55
        assert mean(cells["exposed"]) == 80
        assert mean(cells["gain, points"]) == 20
        assert mean(cells["energy bounds, by energy"]) == 95
        assert mean(cells["gain of energy bounds, points"]) == 25
    paper = {row[0]: row[column["paper: before → after"]] for row in table.rows if row[1] is not None}
    assert paper == {"scenes": "LSUN: 89.08 → 97.57", "text": "SVHN: 91.83 → 98.43"}
    assert "outliers" not in UNSEEN


def test_numbers_of_papers_stand_beside_the_same_sets_only():
    found = tables.printed(ORIGIN)
    assert (found["auroc"]["scenes"], found["auroc"]["gaussian"]) == ("93.9 / 95.4", "99.5 / 100")
    assert (found["tnr"]["scenes"], found["error"]["scenes"]) == ("65 / 82.4", "11.4 / 9.7")
    for rows in found.values():
        assert [*rows] == [
            "TinyImageNet (crop)", "TinyImageNet (resize)", "LSUN (crop)", "scenes", "iSUN", "uniform",
            "gaussian",
        ]
