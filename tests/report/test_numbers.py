import pytest

from stages.report import numbers


@pytest.mark.parametrize(("low", "effect", "high", "text"), [
    (12.1, 17.3, 22.8, ("+12", "+17", "+23")),
    (0.0221, 0.0312, 0.0407, ("+0.022", "+0.031", "+0.041")),
    (0.004, 1.1, 2.2, ("+0.004", "+1.100", "+2.200")),                       # supported: low must not read 0
    (-2.0, 0.01, 2.0, ("−2.0", "0.0", "+2.0")),
    (12.5, 12.5, 12.5, ("+12.5", "+12.5", "+12.5")),
    (0.0, 0.0, 0.0, ("0", "0", "0")),
    (900.0, 1500.0, 2100.0, ("+900", "+1,500", "+2,100")),
    (0.0, 0.000001, 0.000002, ("0.000000", "+0.000001", "+0.000002")),
    (None, -1.0, None, (None, "−1.00", None)),                               # not tested
])
def test_effects_have_the_digits_that_they_need(low, effect, high, text):
    assert numbers.worded({"low": low, "effect": effect, "high": high}) == text


@pytest.mark.parametrize(("number", "end"), [
    (0.0, "1"), (1.0, "1"), (1.41, "1.5"), (1.51, "2"), (22.8, "30"), (9.8, "10"), (0.0407, "0.05"),
    (0.000001, "0.000001"), (1000.0, "1,000"),
])
def test_a_scale_ends_in_a_round_number(number, end):
    assert numbers.plain(numbers.round_up(number)) == end


def test_all_intervals_of_a_unit_share_a_scale():
    intervals = [("points", 1.2, 1.8), ("points", -9.8, -2.7), ("nats", -0.48, 0.41), ("nats", None, None)]
    claims = [{"unit": unit, "low": low, "high": high} for unit, low, high in intervals]
    assert numbers.scales(claims) == {"points": 10, "nats": 0.5}


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
    assert [numbers.shown(cell, numbers.places(column)) for cell in column] == text


@pytest.mark.parametrize(("column", "numeric"), [
    (["3.5 ± 0.1", None], True), (["≈ 24", "<0.1", "n/a"], True), ([None, 0], True),
    (["ResNet-20", "8 bits"], False), ([None, None], False), ([], False),
])
def test_a_column_of_quantities_is_set_as_numbers(column, numeric):
    assert (numbers.places(column) is not None) == numeric
