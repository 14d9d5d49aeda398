"""Biases against trying them all, and cases by hand."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from stages.core.data import Split
from stages.distillation.bias import best_bias, errors, raised
from stages.distillation.omitted import measured_on
from tests.conftest import some_images

Z = torch.tensor([[2.0, 0.0, 1.0], [0.0, -1.5, 1.0], [3.0, 2.5, 0.0], [0.0, 5.0, 0.0]])
Y = torch.tensor([0, 1, 1, 1])


def test_errors_by_hand():
    # class 1 is chosen from biases of 2, 2.5, 0.5 and any on; the first image is wrong from 2 on
    found = errors(Z, Y, 1, torch.tensor([0.0, 1.0, 2.25, 3.0]))
    assert found.tolist() == [2, 1, 2, 1]


def test_of_equally_good_biases_the_middle_of_the_widest_range():
    assert best_bias(Z, Y, 1) == pytest.approx(1.25)         # one error from 0.5 to 2, and beyond 2.5 by 1
    assert best_bias(Z[1:], Y[1:], 1) == pytest.approx(3.0)  # none beyond 2.5


@given(st.integers(0, 500), st.integers(0, 3))
def test_no_bias_has_fewer_errors(seed, digit):
    rng = torch.Generator().manual_seed(seed)
    z, y = torch.randn(30, 4, generator=rng), torch.randint(4, (30,), generator=rng)
    grid = np.linspace(-8, 8, 801)
    slow = [int((np.asarray(raised(z, digit, b)).argmax(1) != y.numpy()).sum()) for b in grid]
    assert errors(z.double(), y, digit, torch.from_numpy(grid)).tolist() == pytest.approx(slow, abs=1)
    chosen = best_bias(z, y, digit)
    assert (raised(z, digit, chosen).argmax(1) != y).sum() <= min(slow)


def test_a_bias_is_chosen_on_held_out_images_and_another_on_the_test_set():
    class Known(torch.nn.Module):
        """Says row k of Z to an image of the grey level k."""

        def forward(self, x):
            return Z[(255 * x[:, 0, 0, 0]).round().long()]

    images = some_images(4, (1, 2, 2)).images * 0 + torch.arange(4, dtype=torch.uint8).view(4, 1, 1, 1)
    held_out = Split(images, Y)
    found = measured_on(Known().eval(), held_out, held_out.part(1, 4), 1, torch.tensor([0.0, 1.0, 4.0]))
    assert found["bias_chosen"][1] == pytest.approx([0.0, 1.25, 3.0])
    assert found["right"][1].tolist() == [[False, False, True], [False, True, True], [True, True, True]]
    assert found["digit_right"][1].tolist() == found["right"][1].tolist()    # all of them are of the digit
    assert found["errors"][1].tolist() == pytest.approx([2 / 3, 1 / 3, 0])


def test_raising_touches_one_class():
    assert (raised(Z, 2, 0.5) - Z).unique(dim=0).tolist() == [[0.0, 0.0, 0.5]]
