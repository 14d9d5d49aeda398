"""Intervals against scipy and textbooks, and against runs drawn from a known truth."""

from functools import partial

import numpy as np
import pytest
from scipy import stats

from bench import samples
from bench.intervals import misses
from stages.core.intervals import interval, mean_squares, spread

SEEDS = frozenset({0})


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def student(values):
    return tuple(stats.ttest_1samp(values, 0).confidence_interval(0.95))


@pytest.mark.parametrize("places", [(), (40,), (2, 50)])
def test_where_only_seeds_differ_it_is_students_over_seeds(rng, places):
    seeds = rng.normal(size=4)
    term = np.broadcast_to(seeds.reshape(4, *[1] * len(places)), (4, *places)).copy()
    effect, *ends = interval([term])
    assert effect == pytest.approx(seeds.mean())
    assert ends == pytest.approx(student(seeds))


def test_where_all_seeds_agree_it_is_students_over_images(rng):
    half = rng.normal(size=150)
    images = 3 + np.concatenate([half, -half])               # of no skewness
    _, *ends = interval([np.tile(images, (3, 1))])
    assert ends == pytest.approx(student(images))


def test_the_variance_of_a_two_way_table_as_a_textbook_has_it(rng):
    """Scheffe 1959, chapter 4: rows and columns drawn at random, one value a cell, all written out."""
    table = rng.normal(size=(4, 7)) + 3 * rng.normal(size=(4, 1)) + 2 * rng.normal(size=7)
    (rows, columns), mean = table.shape, table.mean()
    row, column = [r.mean() for r in table], [c.mean() for c in table.T]
    by_row = columns * sum((m - mean) ** 2 for m in row) / (rows - 1)
    by_column = rows * sum((m - mean) ** 2 for m in column) / (columns - 1)
    residual = sum(
        (table[i, j] - row[i] - column[j] + mean) ** 2 for i in range(rows) for j in range(columns)
    ) / ((rows - 1) * (columns - 1))
    squares = mean_squares([table])
    assert squares == {
        SEEDS: (pytest.approx(by_row / 28), 3),
        frozenset({(0, 1)}): (pytest.approx(by_column / 28), 6),
        frozenset({0, (0, 1)}): (pytest.approx(residual / 28), 18),
    }
    assert spread(squares)[0] == pytest.approx((by_row + by_column - residual) / 28)


def test_two_terms_are_the_table_of_all_their_sums(rng):
    shift = 2 * rng.normal(size=(3, 1))
    first, second = shift + rng.normal(size=(3, 4)), shift + rng.normal(size=(3, 5))
    table = first[:, :, None] + second[:, None, :]
    whole, separate = mean_squares([table]), mean_squares([first, second])
    names = {(0, 1): (0, 1), (1, 1): (0, 2), 0: 0}
    for axes, (square, free) in separate.items():
        assert whole[frozenset(names[axis] for axis in axes)] == (pytest.approx(square), free)
    assert sum(square for axes, (square, _) in whole.items() if axes >= {(0, 1), (0, 2)}) < 1e-30
    assert spread(separate) == pytest.approx(spread(whole))


def test_three_crossed_axes_are_those_of_a_linear_model(rng):
    """Mean squares by least squares on indicators of the places, one set of axes after another."""
    table = rng.normal(size=(3, 4, 2))
    places = [np.eye(n)[index.ravel()] for n, index in zip(table.shape, np.indices(table.shape), strict=True)]
    design, explained = np.ones((24, 1)), [np.full(24, table.mean())]
    for axes, (square, free) in sorted(mean_squares([table]).items(), key=lambda item: len(item[0])):
        columns = np.ones((24, 1))
        for axis in (axis[1] if axis else 0 for axis in axes):
            columns = (columns[:, :, None] * places[axis][:, None, :]).reshape(24, -1)
        rank = np.linalg.matrix_rank(design)
        design = np.hstack([design, columns])
        explained.append(design @ np.linalg.lstsq(design, table.ravel(), rcond=None)[0])
        assert np.linalg.matrix_rank(design) - rank == free
        assert ((explained[-1] - explained[-2]) ** 2).sum() / free / 24 == pytest.approx(square)


def test_other_units_shifts_and_signs(rng):
    term = rng.exponential(size=(3, 60)) ** 2
    effect, low, high = interval([term])
    assert interval([100 * term + 5]) == pytest.approx((100 * effect + 5, 100 * low + 5, 100 * high + 5))
    assert interval([-term]) == pytest.approx((-effect, -high, -low))
    assert interval([term[::-1, ::-1]]) == pytest.approx((effect, low, high))
    assert high - effect > 1.2 * (effect - low)              # few images have much: more may be above


@pytest.mark.parametrize("shape", [(3, 1), (3, 40, 1)])
@pytest.mark.parametrize("count", [3, 10, 50])
def test_the_farther_end_for_rare_images_is_wilsons(count, shape):
    images = (np.arange(400) < count).astype(float)
    wanted = stats.binomtest(count, 400).proportion_ci(method="wilson")
    effect, low, high = interval([np.tile(images, shape)])
    assert high - effect == pytest.approx(wanted.high - effect, rel=0.03)
    assert low < wanted.low + 1e-3                           # what all few have in common may be chance


def test_of_many_images_of_a_kind_the_nearer_end_is_wilsons_too():
    images = (np.arange(400) < 50).astype(float)
    wanted = stats.binomtest(50, 400).proportion_ci(method="wilson")
    effect, low, _ = interval([np.tile(images, (3, 1))])
    assert effect - low == pytest.approx(effect - wanted.low, rel=0.04)


@pytest.mark.parametrize(
    ("shapes", "units"),
    [([(3, 400)], 400), ([(3, 10, 50)], 50), ([(5, 30, 2), (5, 80)], 30), ([(3,)], 3)],
)
def test_where_nothing_differs_it_is_clopper_and_pearsons(shapes, units):
    terms = [np.full(shape, 0.1) for shape in shapes]
    effect, low, high = interval(terms, scale=100)
    wanted = 100 * stats.binomtest(0, units).proportion_ci(0.95, "exact").high
    assert (effect - low, high - effect) == pytest.approx((wanted, wanted))


@pytest.mark.parametrize("count", [1, 14, 15])
def test_where_few_images_differ_it_reaches_as_far_as_where_none_does(count):
    term = np.zeros((10, 100))
    term[np.arange(count) % 10, np.arange(count)] = 1        # each of these images for one seed
    effect, low, high = interval([term], scale=1)
    if count < 15:
        none = stats.binomtest(0, 100).proportion_ci(0.95, "exact").high
        assert (effect - low, high - effect) == pytest.approx((none, none))
    else:
        assert (effect, low, high) == interval([term])


def test_the_variance_where_seeds_differ_less_than_chance_by_hand():
    squares = {SEEDS: (0.4, 2), frozenset({1}): (1.5, 99), frozenset({0, 1}): (1.0, 198)}
    assert spread(squares)[0] == pytest.approx(1 + 0.5 - 0.6 * 2**2 / (2**2 + 6))


def test_the_variance_stays_positive_whatever_is_below_0():
    sets = [{0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}]
    squares = {frozenset(axes): (0.0, 99) for axes in sets} | {frozenset({0, 1, 2}): (1.0, 99)}
    assert spread(squares) == (0.25, pytest.approx(stats.norm.ppf(0.975)))


def test_where_nothing_differs_and_no_bound_is_known_there_is_no_interval():
    with pytest.raises(ValueError, match=r"^all differences are equal$"):
        interval([np.full((3, 400), 0.1)])
    with pytest.raises(AssertionError, match="an axis of one place"):
        interval([np.zeros((3, 400, 1))])


CORRELATED, DETECTION = partial(samples.correlated, shape=(3, 100)), {"apart": 2.3, "spread": 0.1}


@pytest.mark.parametrize(
    ("truth", "draw"),
    [
        (0, partial(CORRELATED, correlation=0.7, seeds=0)),
        (0, partial(CORRELATED, correlation=0.3, seeds=10)),
        (0, partial(CORRELATED, correlation=0, seeds=0)),
        (0, partial(CORRELATED, correlation=0, seeds=3)),
        (0, partial(samples.normal, shape=(3, 40, 10), d=20, sd=5)),
        (0.05, partial(samples.balanced, shape=(5, 100), apart=0.1, better=0.5, correlation=0.3, seeds=0.2)),
        (0, partial(samples.unpaired, seeds=3, correlation=0.3, spread=0.05)),
        (samples.true_auroc(**DETECTION), partial(samples.auroc, seeds=3, correlation=0.7, **DETECTION)),
    ],
)
def test_the_truth_is_within_in_about_95_percent_of_runs(truth, draw):
    below, above = misses(truth, draw, 500)[:, 0]
    assert 0.01 < below + above < 0.08
    assert max(below, above) < 0.05


@pytest.mark.parametrize(
    ("seeds", "count", "correlation"), [(3, 1, 0), (3, 3, 0.7), (3, 3, 1), (3, 10, 1), (10, 1, 0.7)]
)
def test_of_rare_images_few_intervals_miss_the_truth(seeds, count, correlation):
    draw = partial(samples.rare, shape=(seeds, 100), share=count / 100, correlation=correlation)
    assert max(misses(count / 100, draw, 500)[:, 0]) < 0.04
