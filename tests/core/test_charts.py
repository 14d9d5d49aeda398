"""Means and intervals in tables, curves and figures, against numbers made by hand."""

import csv

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from stages.core import charts
from stages.core.charts import (
    dots,
    ends,
    explained,
    from_zero,
    lines,
    matrix,
    side_by_side,
    spread,
    spreads,
    table,
    write_lines,
)
from stages.core.claims import claim
from stages.core.pages import Figure

LABELS = {"sam": "SAM", "sgd": "SGD"}


@pytest.fixture
def values():
    """Of two networks, three seeds and four places: 10 for SGD and 20 for SAM, plus place and seed."""
    network, seed, place = np.ix_([10.0, 20.0], [-1.0, 0.0, 1.0], [0.0, 1.0, 2.0, 3.0])
    return xr.DataArray(
        network + seed + place, dims=["network", "seed", "place"],
        coords={"network": ["sgd", "sam"], "place": [0.0, 0.1, 0.2, 0.4]},
    )


HALF = stats.t.ppf(0.975, 2) / 3**0.5                        # of -1, 0, 1


def test_a_spread_is_mean_and_half_an_interval(values):
    assert spread(values.sel(network="sam", place=0.4)) == pytest.approx((23, HALF))
    assert spread(values.sel(network="sgd")) == pytest.approx((11.5, HALF))
    assert np.isnan(spread(values.sel(network="sgd").isel(seed=[0]))[1])
    assert spread(0 * values.sel(network="sgd")) == (0, 0)


def test_a_table_has_a_row_a_network_in_the_order_of_the_labels(values):
    columns = {"paper": {"sgd": "3.5"}, "ours": values, "one seed": values.isel(seed=[1])}
    found = table("Caption", LABELS, columns, "Note.", digits=2)
    assert found.columns == ["network", "paper", "ours", "one seed"]
    assert found.rows == [
        ["SAM", None, f"21.50 ± {HALF:.2f}", "21.50"], ["SGD", "3.5", f"11.50 ± {HALF:.2f}", "11.50"],
    ]
    partly = table("Caption", LABELS, {"ours": values.sel(network=["sgd"])})
    assert [row[1] is None for row in partly.rows] == [True, False]


def test_spreads_go_along_an_axis(values):
    mean, half = spreads(values, "place", LABELS)["sam"]
    assert mean == pytest.approx([20, 21, 22, 23])
    assert half == pytest.approx([HALF] * 4)


def test_the_curves_of_dvc_have_a_row_a_place(values, tmp_path):
    write_lines(tmp_path / "curve.csv", values, "place", LABELS)
    rows = list(csv.DictReader((tmp_path / "curve.csv").read_text().splitlines()))
    assert list(rows[0]) == ["place", "sam", "sam_low", "sam_high", "sgd", "sgd_low", "sgd_high"]
    assert [float(row["place"]) for row in rows] == [0, 0.1, 0.2, 0.4]
    assert float(rows[3]["sgd_low"]) == pytest.approx(13 - HALF, abs=1e-6)
    assert float(rows[3]["sam_high"]) == pytest.approx(23 + HALF, abs=1e-6)


def test_without_three_seeds_a_curve_has_no_interval(values, tmp_path):
    write_lines(tmp_path / "curve.csv", values.isel(seed=[0]), "place", LABELS)
    row, *_ = csv.DictReader((tmp_path / "curve.csv").read_text().splitlines())
    assert (row["sam"], row["sam_low"]) == ("19.0", "")


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were to be saved: name -> the list of their axes."""
    found = {}
    monkeypatch.setattr(charts, "save_figure", lambda path, fig: found.update({path: fig.axes}))
    return found


def test_lines_stand_where_the_numbers_are(values, drawn):
    found = lines("demo/noise", "Accuracy.", {"Noise": (values, "place", "σ")}, LABELS, "accuracy, %",
                  (10, "chance"), (0, 100), ["one"])
    assert found == Figure(
        "plots/demo/figures/noise.svg",
        "Accuracy. Bands are 95 % intervals over seeds. The dotted line is chance.", ("one",),
    )
    axes, = drawn["plots/demo/figures/noise.svg"]
    sam, sgd, chance = axes.lines
    assert sam.get_xydata().tolist() == [[0, 20], [0.1, 21], [0.2, 22], [0.4, 23]]
    assert sgd.get_label() == "SGD"
    assert chance.get_ydata()[0] == 10
    band = axes.collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == pytest.approx(20 - HALF)
    assert band[:, 1].max() == pytest.approx(23 + HALF)


def test_places_are_written_short(values, drawn):
    placed = values.assign_coords(place=[0, 0.0005, 2 / 3, 100])
    lines("demo/places", "Places.", {"Noise": (placed, "place", "σ")}, LABELS, "accuracy, %")
    axes, = drawn["plots/demo/figures/places.svg"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "0.0005", "0.667", "100"]


@pytest.mark.parametrize(("places", "every"), [(12, 1), (13, 2), (24, 2), (25, 3)])
def test_many_places_are_not_all_written(places, every, drawn):
    many = xr.DataArray(np.zeros((2, places)), {"network": list(LABELS), "place": list(range(places))})
    lines("demo/many", "Many.", {"Noise": (many, "place", "σ")}, LABELS, "accuracy, %")
    axes, = drawn["plots/demo/figures/many.svg"]
    assert axes.get_xticks().tolist() == list(range(0, places, every))
    assert len(axes.lines[0].get_xdata()) == places


def test_every_panel_shows_all_of_its_lines(values, drawn):
    lines("demo/two", "Two.", {
        "Low": (values, "place", "σ"), "High": (values + 50, "place", "σ"),
    }, LABELS, "accuracy, %")
    low, high = (axes.get_ylim() for axes in drawn["plots/demo/figures/two.svg"])
    assert low == high                                       # one scale
    assert low[0] <= 10 - HALF
    assert high[1] >= 73 + HALF


def test_where_there_is_no_number_there_is_no_interval(values, monkeypatch):
    gap = values.where(values.place != 0.2)
    mean, half = spreads(gap, "place", LABELS)["sam"]
    assert np.isnan([mean[2], half[2]]).all()
    assert mean[[0, 1, 3]] == pytest.approx([20, 21, 23])
    monkeypatch.setattr(charts, "interval", lambda terms: pytest.fail("an interval of nothing"))
    assert np.isnan(ends(gap.sel(place=0.2, network="sam"))).all()


def test_a_matrix_shows_its_numbers_where_they_are(drawn):
    counts = xr.DataArray([[100.0, 0.2, 25.0], [0.0, 50.0, 120.0]],
                          {"digit": ["a", "b"], "taken_for": ["x", "y", "z"]}, ["digit", "taken_for"])
    found = matrix("demo/matrix", "Matrix.", {"One": counts, "Other": counts / 2}, "taken for", "digit", 50,
                   ["one"])
    assert found == Figure("plots/demo/figures/matrix.svg", "Matrix.", ("one",))
    one, other = drawn["plots/demo/figures/matrix.svg"]
    texts = {text.get_position(): text.get_text() for text in one.texts}
    assert texts == {(0, 0): "100", (2, 0): "25", (1, 1): "50", (2, 1): "120"}       # 0.2 rounds to 0
    assert [label.get_text() for label in one.get_xticklabels()] == ["x", "y", "z"]
    assert [label.get_text() for label in one.get_yticklabels()] == ["a", "b"]
    assert other.images[0].get_extent() == [-0.5, 2.5, 1.5, -0.5]                    # the first row is on top
    cells = np.asarray(other.images[0].get_array())[10::20, 10::20, 3] / charts.DARKEST
    assert cells == pytest.approx(np.array([[1, 0.002, 0.25], [0, 0.5, 1]]))


@pytest.mark.parametrize(("names", "upright"), [
    (["a", "b"], 0),
    (["automobile", "a pair\nof lines"] * 2, 0),
    (["automobile"] * 5, 90),
])
def test_names_below_a_matrix_do_not_cover_one_another(drawn, names, upright):
    counts = xr.DataArray(np.ones((1, len(names))), {"digit": ["a"], "name": names}, ["digit", "name"])
    matrix("demo/matrix", "Matrix.", {"One": counts}, "taken for", "digit")
    (axes,) = drawn["plots/demo/figures/matrix.svg"]
    assert {label.get_rotation() for label in axes.get_xticklabels()} == {upright}


def test_dots_have_a_row_a_network_and_an_interval(values, drawn):
    groups = {"clean": values.sel(place=0.0), "attacked": values.sel(place=0.4, network=["sam"])}
    found = dots("demo/dots", "Dots.", {"Accuracy": groups}, LABELS, "accuracy, %")
    assert found.caption == "Dots. Bars are 95 % intervals over seeds."
    axes, = drawn["plots/demo/figures/dots.svg"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["SAM", "SGD"]
    places = [container.lines[0].get_xydata()[0].tolist() for container in axes.containers]
    assert [place[0] for place in places] == [20, 10, 23]
    assert places[0][1] < 0 < places[2][1] < 0.5             # clean above, attacked below the row's middle
    assert places[1][1] == places[0][1] + 1


def test_a_skewed_interval_is_drawn_as_its_claim_has_it(drawn):
    """Few images that differ by much: the interval reaches farther to their side."""
    images = np.zeros(200)
    images[:12] = 100
    ripple = np.array([-0.5, 0.0, 0.5])[:, None]
    skewed = xr.DataArray([images + ripple], {"network": ["sam"]}, ("network", "seed", "image"))
    dots("demo/skewed", "Skewed.", {"Accuracy": {"": skewed}}, {"sam": "SAM"}, "accuracy, %")
    axes, = drawn["plots/demo/figures/skewed.svg"]
    bar = axes.containers[0].lines[2][0].get_segments()[0][:, 0]
    tested = claim("demo", skewed, "More.", "A 2021", unit="of a hundred")
    assert bar.tolist() == pytest.approx([tested.low, tested.high])
    assert tested.high - tested.effect > 1.1 * (tested.effect - tested.low)
    assert spread(skewed) == pytest.approx((6, (tested.high - tested.low) / 2))
    assert np.isnan(ends(skewed.isel(seed=[0]))[1])


def test_dots_of_all_panels_are_on_one_scale(values, drawn):
    panels = {"Low": {"": values.sel(place=0.0)}, "High": {"": values.sel(place=0.4) + 50}}
    dots("demo/two", "Two.", panels, LABELS, "accuracy, %")
    low, high = (axes.get_xlim() for axes in drawn["plots/demo/figures/two.svg"])
    assert low == high
    assert low[0] <= 10 - HALF
    assert high[1] >= 73 + HALF


def test_panels_of_dots_have_the_axis_that_is_asked_for(values, drawn):
    panels = {title: {"clean": values.isel(place=i)} for i, title in enumerate(["one", "another"])}
    dots("demo/dots", "Dots.", panels, LABELS, "accuracy, %", xlim=(0, 100))
    assert [axes.get_xlim() for axes in drawn["plots/demo/figures/dots.svg"]] == [(0, 100)] * 2


def test_what_is_drawn_is_explained(values):
    images = values.expand_dims(image=2, draw=2)
    one = values.isel(seed=[0])
    over = "Bars are 95 % intervals over seeds, images and draws."
    assert explained("Bars", [images, values], None) == over
    assert explained("Bars", [[images, one]], (0, "chance")) == (
        f"{over} Fewer than three seeds have no interval. The dotted line is chance."
    )
    assert explained("Bars", [one], None) == "Fewer than three seeds have no interval."


def test_what_is_undisturbed_stands_at_0(values):
    disturbed = values.expand_dims(draw=2) - 5
    found = from_zero(values.isel(place=0, drop=True), disturbed, "place").sel(network="sam")
    assert found.place.values.tolist() == [0, 0, 0.1, 0.2, 0.4]
    assert found.isel(place=0, draw=1).values.tolist() == [19, 20, 21]
    assert found.isel(place=2, draw=1).values.tolist() == [15, 16, 17]


def test_arrays_stand_side_by_side_by_their_names(values):
    sgd, sam = (values.sel(network=name, drop=True) for name in ("sgd", "sam"))
    found = side_by_side({"b": sam, "a": sgd})
    assert found.network.values.tolist() == ["b", "a"]
    assert (found.sel(network="b") == sam).all()
    assert (found.sel(network="a") == sgd).all()
