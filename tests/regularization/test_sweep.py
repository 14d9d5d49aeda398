"""Variants of the sweep, named by their values."""

import pytest

from stages.core.errors import UserError
from stages.core.params import checked
from stages.regularization.methods import Sweep, values_of
from stages.regularization.sweep import methods_of

VARIANTS = ["plain", "mixup_1", "cutout_16", "mixup_0.4", "cutout_8", "rotation_0.5"]


def test_a_name_says_what_is_varied_and_how_much():
    assert methods_of("plain", 0.25) == {}
    assert methods_of("cutout_8", 0.25) == {"size": 8, "share": 0.25}
    assert methods_of("mixup_0.4", 0.25) == {"alpha": 0.4, "share": 0.25}
    assert methods_of("rotation_1", 0.25) == {"weight": 1, "share": 0.25}


def test_values_ascend_from_the_control():
    assert list(values_of(VARIANTS, "mixup").items()) == [(0, "plain"), (0.4, "mixup_0.4"), (1, "mixup_1")]
    assert list(values_of(VARIANTS, "cutout")) == [0, 8, 16]


@pytest.mark.parametrize("name", ["", "cutout", "cutout_", "cutout_x", "mixup_nan", "rotation_-1", "plain_1"])
def test_other_names_are_refused(name):
    assert checked("regularization.sweep", VARIANTS, Sweep) == VARIANTS
    with pytest.raises(UserError, match="but should be plain, or a method and its value"):
        checked("regularization.sweep", [*VARIANTS, name], Sweep)
