"""Rounding to few bits: the bound on the error, the levels, cases by hand."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from stages.noise.quantisation import per_channel, per_tensor

WEIGHTS = torch.tensor([[-1.0, 0.3, 0.6], [0.02, 0.1, -0.05]])


def test_two_bits_by_hand():
    assert torch.equal(per_tensor(WEIGHTS, 2), torch.tensor([[-1.0, 0.0, 1.0], [0.0, 0.0, 0.0]]))
    wanted = torch.tensor([[-1.0, 0.0, 1.0], [0.0, 0.1, -0.1 * (0.05 / 0.1 > 0.5)]])
    torch.testing.assert_close(per_channel(WEIGHTS, 2), wanted)


def test_three_bits_by_hand():
    # scale 1/3: 0.3 -> 0.9 -> 1, 0.6 -> 1.8 -> 2, 0.02 and 0.1 and -0.05 -> 0
    wanted = torch.tensor([[-1.0, 1 / 3, 2 / 3], [0.0, 0.0, 0.0]])
    torch.testing.assert_close(per_tensor(WEIGHTS, 3), wanted)


@given(st.integers(2, 8), st.integers(0, 1000))
def test_the_error_is_at_most_half_a_step(bits, seed):
    weight = torch.randn(4, 3, 2, 2, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    step = weight.abs().max() / (2 ** (bits - 1) - 1)
    rounded = per_tensor(weight, bits)
    assert (rounded - weight).abs().max() <= step / 2 * (1 + 1e-9)
    assert len(rounded.unique()) <= 2**bits - 1
    torch.testing.assert_close(rounded / step, (rounded / step).round())
    steps = weight.abs().amax((1, 2, 3), keepdim=True) / (2 ** (bits - 1) - 1)
    assert ((per_channel(weight, bits) - weight).abs() <= steps / 2 * (1 + 1e-9)).all()


def test_per_channel_is_per_tensor_on_every_channel():
    weight = torch.randn(5, 3, 3, 3)
    wanted = torch.stack([per_tensor(w, 4) for w in weight])
    assert torch.equal(per_channel(weight, 4), wanted)


def test_rounding_twice_changes_nothing():
    once = per_channel(torch.randn(6, 7), 5)
    torch.testing.assert_close(per_channel(once, 5), once)


def test_sixteen_bits_are_nearly_the_weights():
    torch.testing.assert_close(per_tensor(WEIGHTS, 16), WEIGHTS, atol=2e-5, rtol=0)


def test_a_channel_of_zeros_stays_zero():
    assert torch.equal(per_channel(torch.zeros(2, 3), 2), torch.zeros(2, 3))
