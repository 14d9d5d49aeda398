"""The loss of distillation against formulas written out, its limits, and soft labels of known entropy."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy as scipy_entropy

from stages.distillation.soft import (
    confidence_of_entropy,
    distillation,
    entropy,
    shuffled,
    smoothed,
    soft_loss,
)


def two(seed=0, n=6, classes=10):
    """Logits of a student and of a teacher, labels."""
    rng = torch.Generator().manual_seed(seed)
    z, v = torch.randn(2, n, classes, generator=rng, dtype=torch.float64) * 3
    return z, v, torch.randint(classes, (n,), generator=rng)


@pytest.mark.parametrize("temperature", [1.0, 2.5, 20.0])
def test_loops_over_images_and_classes(temperature):
    z, v, y = two()
    total = 0.0
    for i in range(len(z)):
        q = [math.exp(a / temperature) for a in z[i].tolist()]
        p = [math.exp(a / temperature) for a in v[i].tolist()]
        q, p = [a / sum(q) for a in q], [a / sum(p) for a in p]
        hard = -math.log(math.exp(z[i, y[i]]) / sum(math.exp(a) for a in z[i].tolist()))
        soft = sum(a * (math.log(a) - math.log(b)) for a, b in zip(p, q, strict=True))
        total += 0.3 * hard + 0.7 * temperature**2 * soft
    assert distillation(z, y, v, 0.7, temperature).item() == pytest.approx(total / len(z), rel=1e-10)


def gradient(z, v, temperature):
    z = z.clone().requires_grad_()
    return torch.autograd.grad(soft_loss(z, v, temperature), z)[0]


def test_the_gradient_at_high_temperature_is_the_difference_of_logits():
    z, v, _ = two()
    z, v = z - z.mean(1, keepdim=True), v - v.mean(1, keepdim=True)          # equation 4 wants mean 0
    limit = (z - v) / z.shape[1] / len(z)                                    # a mean over images, too
    errors = [(gradient(z, v, t) - limit).abs().max().item() for t in (1e2, 1e3, 1e4)]
    assert errors[2] < 1e-3 * limit.abs().max()
    assert errors[0] > 5 * errors[1] > 25 * errors[2]                        # first order in 1/T


def test_at_temperature_1_the_gradient_is_the_difference_of_probabilities():
    z, v, _ = two()
    torch.testing.assert_close(gradient(z, v, 1.0), (z.softmax(1) - v.softmax(1)) / len(z))


def test_the_soft_term_has_the_size_of_the_hard_one():
    # with torch's default reduction it would be a tenth of this, and alpha would mean something else
    z, _, y = two(n=500)
    certain = 50.0 * F.one_hot(y, 10).double()
    assert soft_loss(z, certain, 1.0).item() == pytest.approx(F.cross_entropy(z, y).item(), rel=1e-6)


def test_without_a_soft_term_it_is_cross_entropy_to_the_bit():
    z, v, y = two()
    z = z.float().requires_grad_()
    plain, mixed = F.cross_entropy(z, y), distillation(z, y, v.float(), 0.0, 4.0)
    assert torch.equal(plain, mixed)
    assert torch.equal(torch.autograd.grad(plain, z)[0], torch.autograd.grad(mixed, z)[0])


@given(st.integers(0, 1000), st.floats(0.5, 30))
def test_a_student_that_equals_its_teacher_learns_nothing(seed, temperature):
    _, v, _ = two(seed)
    assert soft_loss(v + 3, v, temperature).item() == pytest.approx(0, abs=1e-9)     # logits up to a constant
    assert gradient(v, v, temperature).abs().max() < 1e-12


def test_entropy_is_scipys():
    _, v, _ = two()
    wanted = scipy_entropy((v / 4).softmax(1).numpy(), axis=1)
    torch.testing.assert_close(entropy(v, 4.0), torch.from_numpy(wanted))


@given(st.floats(1e-3, math.log(10) - 1e-6))
def test_the_confidence_of_an_entropy(nats):
    confidence = confidence_of_entropy(nats, 10)
    assert 0.1 <= confidence <= 1
    assert scipy_entropy([confidence, *[(1 - confidence) / 9] * 9]) == pytest.approx(nats, abs=1e-6)


def test_smoothed_labels_by_hand():
    p = smoothed(torch.tensor([2, 0]), 4, 0.7).softmax(1)
    torch.testing.assert_close(p, torch.tensor([[0.1, 0.1, 0.7, 0.1], [0.7, 0.1, 0.1, 0.1]]))


@given(st.integers(0, 1000), st.integers(2, 10))
def test_shuffling_keeps_all_but_who_is_second(seed, classes):
    _, v, _ = two(seed, classes=classes)
    mixed = shuffled(v, torch.Generator().manual_seed(seed))
    assert torch.equal(mixed.argmax(1), v.argmax(1))
    assert torch.equal(mixed.amax(1), v.amax(1))
    assert torch.equal(mixed.sort(1).values, v.sort(1).values)
    torch.testing.assert_close(entropy(mixed, 3.0), entropy(v, 3.0))


def test_shuffling_sends_every_other_class_anywhere():
    v = torch.arange(5.0).repeat(4000, 1)                    # class 4 is the largest
    mixed = shuffled(v, torch.Generator().manual_seed(0))
    places = np.array([[(mixed[:, to] == value).double().mean() for to in range(4)] for value in range(4)])
    assert places == pytest.approx(0.25, abs=0.04)
    assert (mixed[:, 4] == 4).all()
