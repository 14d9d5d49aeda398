"""Scores against cases solved by hand and against scikit-learn."""

import math

import pytest
import torch
from sklearn.metrics import accuracy_score, log_loss

from stages.core.nets import ResNet
from stages.core.scores import accuracy, calibration_error, logits, loss
from tests.conftest import some_images


def with_confidence(*confidences):
    """Logits over two classes whose softmax gives class 0 these probabilities."""
    return torch.tensor([[math.log(p / (1 - p)), 0.0] for p in confidences], dtype=torch.float64)


def test_accuracy_and_loss_are_scikit_learns():
    z, y = torch.randn(50, 4), torch.arange(50) % 4
    assert accuracy(z, y) == accuracy_score(y, z.argmax(1))
    assert loss(z, y) == pytest.approx(log_loss(y, z.double().softmax(1)), abs=1e-9)


def test_calibration_error_by_hand():
    # (0.8, 0.9] holds 0.85 and 0.87, one right: |1/2 - 0.86| = 0.36; (0.6, 0.7] holds 0.65, right: 0.35
    z = with_confidence(0.85, 0.87, 0.65)
    assert calibration_error(z, torch.tensor([0, 1, 0]), bins=10) == pytest.approx((2 * 0.36 + 0.35) / 3)


def test_calibration_error_puts_a_confidence_on_a_border_into_the_lower_bin():
    # (0.5, 0.75] holds 0.75, wrong, and 0.6, right: |1/2 - 0.675|; one bin higher the answer would be 0.575
    z = with_confidence(0.75, 0.6)
    assert calibration_error(z, torch.tensor([1, 0]), bins=4) == pytest.approx(abs(0.5 - 0.675))


def test_calibration_error_by_a_loop():
    z, y = 2 * torch.randn(300, 5), torch.arange(300) % 5
    p, guess = z.double().softmax(1).max(1)
    total = 0.0
    for k in range(15):
        inside = [i for i in range(300) if k / 15 < p[i] <= (k + 1) / 15]
        if inside:
            share = sum(float(guess[i] == y[i]) for i in inside) / len(inside)
            total += len(inside) / 300 * abs(share - sum(p[i].item() for i in inside) / len(inside))
    assert calibration_error(z, y) == pytest.approx(total, abs=1e-12)


def test_logits_do_not_depend_on_the_size_of_the_parts():
    net = ResNet(8, 4, 10, mean=[0.5] * 3, std=[0.25] * 3).eval()
    images = some_images(7).images
    whole = net(images.float() / 255)
    torch.testing.assert_close(logits(net, images, batch_size=3), whole, rtol=1e-5, atol=1e-5)


def test_a_network_in_training_mode_is_refused():
    net = ResNet(8, 4, 10, mean=[0.5] * 3, std=[0.25] * 3)
    with pytest.raises(AssertionError, match=r"call net\.eval"):
        logits(net, some_images(4).images)
