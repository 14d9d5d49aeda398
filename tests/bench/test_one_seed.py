"""Verdicts of one seed, on made-up differences; scipy is the oracle for its interval."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from bench import one_seed
from stages.core.claims import claim

IMAGES = np.tile([-10.0, 10.0], 200)                         # symmetric: the interval is Student's


def difference(*means):
    """Differences of images, on average one of `means` for each seed."""
    return xr.DataArray([mean + IMAGES for mean in means], dims=("seed", "image"))


def page(**differences):
    """A module as an experiment's page, with a claim of each of `differences`."""
    def run():
        made = [claim(id, each, "It is more.", "nobody") for id, each in differences.items()]
        module.publish(None, {}, "", made, [], [], accuracy=1.0)

    def publish(*shown, **numbers):
        raise AssertionError("a page is published")

    module = SimpleNamespace(run=run, publish=publish)
    return module


@pytest.fixture
def verdicts(monkeypatch):
    def found(seeds=3, **differences):
        monkeypatch.setattr(one_seed, "listed", lambda: [*range(seeds)])
        monkeypatch.setitem(sys.modules, "stages.made.page", page(**differences))
        return one_seed.verdicts("made")

    return found


def test_one_seed_has_student_s_interval_over_its_images():
    effect, low, high = one_seed.only(1)([difference(5.0, 2.0, -1.0).to_numpy()], scale=100.0)
    wanted = stats.ttest_1samp(2.0 + IMAGES, 0).confidence_interval(0.95)
    assert (effect, low, high) == pytest.approx((2.0, wanted.low, wanted.high))


def test_each_seed_says_what_it_would_say_alone(verdicts):
    assert verdicts(sure=difference(4.0, 4.1, 3.9), torn=difference(5.0, -5.0, 0.1)) == [
        ("supported", ["supported"] * 3),
        ("inconclusive", ["supported", "contradicted", "inconclusive"]),
    ]


def test_a_claim_without_images_does_not_count(verdicts):
    assert verdicts(scores=xr.DataArray([1.0, 1.1, 1.2], dims="seed")) == []


def test_a_claim_of_fewer_seeds_has_fewer_verdicts(verdicts):
    found = verdicts(seeds=4, all=difference(4.0, 4.1, 3.9, 4.0), some=difference(4.0, 4.1, 3.9))
    assert found == [("supported", ["supported"] * 4), ("supported", ["supported"] * 3)]


def test_verdicts_are_counted():
    row = one_seed.counts([
        ("supported", ["supported", "contradicted", "inconclusive"]),
        ("inconclusive", ["supported", "contradicted"]),
        ("contradicted", ["contradicted", "contradicted"]),
        ("supported", ["supported", "supported"]),
    ])
    assert row == ("4", "3", "3.7", "1.3", "1.7", "2")     # 2/3 + 1 + 1 + 1; 1/3 + 1; 2/3 + 1
