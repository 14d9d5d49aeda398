"""The quantiser against least squares, every assignment of ten numbers, solutions by hand, and its limits."""

import itertools

import numpy as np
import pytest
import torch

from stages.quantisation import quantiser
from stages.quantisation.fits import fitted
from stages.quantisation.quantiser import Quantiser, codes, rounded, solved

KINDS = [("learnt", True), ("learnt", False), ("uniform", True), ("uniform", False)]


@pytest.fixture
def values():
    """Values (c, n), of three channels, in float64."""
    return torch.randn(3, 200, dtype=torch.float64) * torch.tensor([[0.1], [1.0], [7.0]])


def made(channels, bits, levels, signed, **options):
    """A quantiser in float64, in training mode."""
    one = Quantiser(channels, bits, levels, signed, **options).double().train()
    one.codes = one.codes.double()
    return one


def by_hand(x, levels):
    """Distances to all levels, the least of them."""
    return np.take_along_axis(levels, np.abs(x[:, :, None] - levels[:, None]).argmin(2), 1)


@pytest.mark.parametrize("bits", [1, 2, 3])
def test_codes_are_all_there_are_and_uniform_ones_make_the_same_levels(bits):
    for signed, low in ((True, -1), (False, 0)):
        b, basis = codes(bits, signed, uniform=False)
        assert {tuple(row) for row in b.tolist()} == set(itertools.product([low, 1], repeat=bits))
        numbers, scale = codes(bits, signed, uniform=True)
        even = np.linspace(low, 1, 2**bits)
        assert (numbers @ scale).numpy() == pytest.approx(even, abs=1e-6)
        assert (b @ basis).sort()[0].numpy() == pytest.approx(even, abs=1e-6)


def test_each_value_takes_the_nearest_level(values):
    levels = torch.randn(3, 8, dtype=torch.float64).sort(1)[0]
    q, counts, sums = rounded(values, levels)
    assert q.numpy() == pytest.approx(by_hand(values.numpy(), levels.numpy()), abs=1e-12)
    for c, level in itertools.product(range(3), range(8)):
        mine = (q[c] - levels[c, level]).abs() < 1e-12
        assert counts[c, level] == mine.sum()
        assert sums[c, level].item() == pytest.approx(values[c][mine].sum().item(), abs=1e-9)


def test_of_two_as_near_it_is_the_lower():
    q = rounded(torch.tensor([[0.5, 1.5, 1.4999]]), torch.tensor([[0.0, 1.0, 2.0]]))[0]
    assert q.tolist() == [[0, 1, 1]]


@pytest.mark.parametrize(("levels", "signed"), KINDS)
def test_the_basis_is_that_of_least_squares(values, monkeypatch, levels, signed):
    monkeypatch.setattr(quantiser, "RIDGE", 0.0)
    x = values if signed else values.abs()
    one = made(3, 2, levels, signed)
    with torch.no_grad():
        one.basis.mul_(x.abs().amax(1, keepdim=True))
    at, b = one.levels()
    found = solved(b, *rounded(x, at)[1:], one.basis, one.kept)
    for c in range(3):
        number = (x[c][:, None] - at[c]).abs().argmin(1)
        theirs = torch.linalg.lstsq(b[c][number], x[c][:, None]).solution[:, 0]
        torch.testing.assert_close(found[c], theirs, rtol=1e-10, atol=1e-12)


def test_the_ridge_draws_towards_the_basis_as_it_is():
    """Nothing takes a code: the basis stays. One value, by hand: (n + r) v = sum + r v_0."""
    b, basis, kept, one = (torch.tensor(values, dtype=torch.float64)
                           for values in ([[[-1], [1]]], [[0.3]], [[1]], [[0, 1]]))
    assert solved(b, 0 * one, 0 * one, basis, kept).item() == pytest.approx(0.3)
    assert solved(b, one, 5 * one, basis, kept).item() == pytest.approx((5 + 3e-5) / 1.0001, rel=1e-12)


@pytest.mark.parametrize(("levels", "signed"), KINDS)
@pytest.mark.parametrize("bits", [1, 2, 3])
def test_a_turn_never_raises_the_error(values, monkeypatch, levels, signed, bits):
    monkeypatch.setattr(quantiser, "KEPT", 0.0)
    x = values if signed else values.abs()
    one, errors = made(3, bits, levels, signed), []
    one.basis.mul_(2 * x.square().mean(1, keepdim=True).sqrt())
    for _ in range(30):
        errors.append((one(x).detach() - x).square().sum(1))
    assert all((after <= before * (1 + 1e-9)).all() for before, after in itertools.pairwise(errors))
    assert (errors[-1] < errors[0]).all()


@pytest.mark.parametrize("signed", [True, False])
def test_three_bits_of_ten_numbers_by_trying_all_codes(signed):
    x, one = torch.randn(1, 10, dtype=torch.float64), made(1, 3, "learnt", signed)
    x = x if signed else x.abs()
    one.basis.copy_(torch.tensor([[0.9, -0.3, 0.4]]))        # in no order, and one below 0
    every = [one.basis[0] @ torch.tensor(b, dtype=torch.float64)
             for b in itertools.product([-1.0 if signed else 0.0, 1.0], repeat=3)]
    found = one.eval()(x)[0]
    for value, q in zip(x[0], found, strict=True):
        assert abs(q - value).item() == pytest.approx(min(abs(level - value) for level in every).item())


def test_from_some_start_turns_end_at_the_best_basis_of_all_assignments():
    x = torch.randn(1, 6, dtype=torch.float64)
    every = torch.tensor(list(itertools.product([-1.0, 1.0], repeat=2)), dtype=torch.float64)
    b = every[torch.tensor(list(itertools.product(range(4), repeat=6)))]     # (4096, 6, 2)
    basis = torch.linalg.pinv(b) @ x[0][:, None]
    least = (b @ basis - x[0][:, None]).square().sum((1, 2)).min().item()
    ends = []
    for start in itertools.product(np.linspace(0.1, 2.0, 8), repeat=2):
        one = made(1, 2, "learnt", True)
        one.basis.copy_(torch.tensor([start]))
        for _ in range(20):
            levels, b = one.levels()
            one.basis.copy_(solved(b, *rounded(x, levels)[1:], one.basis, one.kept))
        ends.append((one.eval()(x) - x).square().sum().item())
    assert min(ends) == pytest.approx(least, rel=1e-3)
    assert min(ends) > least - 1e-9


@pytest.mark.parametrize("signed", [True, False])
def test_one_bit_is_a_mean(values, signed):
    """Of weights mean |x|; of activations the mean of what is above half of it."""
    x = values if signed else values.abs()
    one = made(3, 1, "learnt", signed)
    one.fit(x)
    if signed:
        torch.testing.assert_close(one.basis[:, 0], x.abs().mean(1), rtol=1e-6, atol=0)
        assert torch.equal(one(x).sign(), x.sign())
    else:
        for v, of_channel in zip(one.basis[:, 0], x, strict=True):
            assert v.item() == pytest.approx(of_channel[of_channel > v / 2].mean().item(), rel=1e-6)


def test_a_step_moves_the_basis_a_tenth_of_the_way_and_only_in_training(values):
    one = made(3, 2, "learnt", True)
    before, (levels, b) = one.basis.clone(), one.levels()
    q, counts, sums = rounded(values, levels)
    assert torch.equal(one.eval()(values), q)
    assert torch.equal(one.basis, before)
    assert torch.equal(one.train()(values), q)               # what is rounded to is the basis before the turn
    expected = 0.9 * before + 0.1 * solved(b, counts, sums, before, one.kept)
    torch.testing.assert_close(one.basis, expected, rtol=1e-12, atol=0)


def test_the_gradient_of_weights_passes():
    x = torch.randn(3, 50, requires_grad=True)
    slope = torch.randn(3, 50)
    (Quantiser(3, 2, "learnt", True)(x) * slope).sum().backward()
    assert torch.equal(x.grad, slope)


def test_the_gradient_of_activations_passes_up_to_the_highest_level():
    x = torch.tensor([[0.0, 0.4, 0.99, 1.0, 1.01, 5.0]], requires_grad=True)
    Quantiser(1, 2, "learnt", False)(x).sum().backward()     # levels up to 1
    assert x.grad.tolist() == [[1, 1, 1, 1, 0, 0]]


@pytest.mark.parametrize("signed", [True, False])
def test_the_gradient_of_a_backpropagated_basis_is_that_of_its_levels(values, signed):
    x = values if signed else values.abs()
    one, slope = made(3, 2, "backpropagated", signed), torch.randn(3, 200, dtype=torch.float64)

    def loss(basis):
        levels = basis @ one.codes.T
        return (levels.gather(1, number) * slope).sum()

    with torch.no_grad():
        number = (x[..., None] - (one.basis @ one.codes.T)[:, None]).abs().argmin(2)
    before = one.basis.detach().clone()
    (one(x) * slope).sum().backward()
    torch.testing.assert_close(one.basis.grad, torch.autograd.functional.jacobian(loss, before))
    assert torch.equal(one.basis, before)                    # it takes no turns


def test_uniform_and_learnt_levels_of_one_bit_are_the_same_to_the_bit():
    learnt, uniform = (Quantiser(3, 1, levels, True) for levels in ("learnt", "uniform"))
    for _ in range(3):
        x = torch.randn(3, 40)
        assert torch.equal(learnt(x), uniform(x))
    assert torch.equal(learnt.basis, uniform.basis)


def test_learnt_levels_of_a_normal_distribution_are_those_of_lloyd_and_max():
    """Max, IRE Transactions on Information Theory 1960, table I: four levels at ±0.4528 and ±1.510, error
    0.1175; uniform ones 0.9957 apart, error 0.1188.
    """
    x = torch.special.ndtri((torch.arange(40_000, dtype=torch.float64)[None] + 0.5) / 40_000)
    for levels, places, error in (("learnt", [0.4528, 1.510], 0.1175), ("uniform", [0.4979, 1.4936], 0.1188)):
        one = made(1, 2, levels, True)
        one.fit(x)
        assert one.levels()[0][0, 2:].tolist() == pytest.approx(places, abs=0.002)
        assert (one.eval()(x) - x).square().mean().item() == pytest.approx(error, abs=1e-4)


def test_at_strength_0_it_is_plain_to_the_bit():
    plain, thin = (Quantiser(3, 3, "learnt", True, strength) for strength in (None, 0.0))
    for _ in range(5):
        x = torch.randn(3, 60)
        assert torch.equal(plain(x), thin(x))
    assert torch.equal(plain.basis, thin.basis)
    assert thin.kept.all()


def test_bits_below_the_threshold_vanish_for_good_and_the_rest_is_solved_anew(values):
    one = made(3, 3, "learnt", True, strength=0.4)
    one.fit(values)
    one.basis[:, one.basis[0].argmax()] *= -1                # the same levels; below 0, it is as large
    levels, b = one.levels()
    _, counts, sums = rounded(values, levels)
    best = solved(b, counts, sums, one.basis, one.kept)
    rms = values.square().mean(1).sqrt()
    soft = best.sign() * torch.nn.functional.relu(best.abs() - 0.4 * rms[:, None])
    before = one.basis.clone()
    one(values)
    assert torch.equal(one.kept, (soft != 0).double())
    assert one.kept.sum(1).tolist() == [2, 2, 2]
    assert torch.equal(one.basis == 0, one.kept == 0)
    for c in range(3):
        left = one.kept[c].bool()
        number = (values[c][:, None] - levels[c]).abs().argmin(1)
        theirs = torch.linalg.lstsq(b[c][number][:, left], values[c][:, None]).solution[:, 0]
        expected = 0.9 * before[c, left] + 0.1 * theirs
        torch.testing.assert_close(one.basis[c, left], expected, rtol=1e-5, atol=0)
    for _ in range(3):
        one(values)
    assert one.kept.sum(1).tolist() == [2, 2, 2]
    assert len(one.eval()(values)[0].unique()) == 4
    one.strength = 0.0
    one.train()(values)
    assert one.kept.sum(1).tolist() == [2, 2, 2]             # for good


def test_without_bits_a_channel_is_nought(values):
    one = made(3, 2, "learnt", True, strength=50.0)
    one(values)
    assert not one.kept.any()
    assert not one(values).any()


def test_fitted_is_not_farther_with_learnt_levels(values):
    x = values.float()
    errors = [(fitted(x, 2, kind).eval()(x) - x).square().sum(1) for kind in ("learnt", "uniform")]
    assert (errors[0] < errors[1]).all()
