"""Tables and figures from measurements made by hand."""

from types import SimpleNamespace

import pytest

from stages.mixmatch import page
from tests.mixmatch.test_claims import FEW, SEEDS, made


@pytest.fixture
def parts():
    """Measurements as in results.py; last weights are two points worse than averaged ones."""
    return made({}, {}, {}, 2.0, {}, SEEDS)


def cells(table):
    """The numbers of each row, without their intervals."""
    return {row[0]: [cell and float(cell.replace("−", "-").split()[0]) for cell in row[1:3]]
            for row in table.rows}


def test_points_lost_are_those_that_a_change_costs(parts):
    found, changed, _ = parts
    rows = cells(page.parts_table(found["mixmatch"][FEW], changed))
    assert rows["no mixup"] == [60.0, 25.0]                  # of 85 % right
    assert rows["averaged weights guess"] == pytest.approx([85.0, 0.0], abs=0.1)
    assert rows["MixMatch"] == [85.0, None]


def test_averaged_weights_against_the_last_ones(parts):
    table = page.averages_table(parts[0]["mixmatch"])
    assert cells(table)["20"] == [85.0, 83.0]
    assert table.rows[0][3].startswith("2.0 ±")


def test_shares_of_other_classes_are_in_percent(parts, monkeypatch):
    drawn = {}
    monkeypatch.setattr(page, "lines", lambda name, caption, panels, *rest, **more: drawn.update(panels))
    page.classes_figure(parts[2], SimpleNamespace(known=6, labels=12))
    (values, axis, _), = drawn.values()
    assert values[axis].values.tolist() == [0, 100]
    means = values.mean(["seed", "image"])
    assert means.sel(network="mixmatch").values.tolist() == pytest.approx([90, 70], abs=0.1)
    assert means.sel(network="supervised").values.tolist() == pytest.approx([80, 80], abs=0.1)
