"""Be Your Own Teacher: its loss written out, and who gets a gradient from whom."""

import pytest
import torch
import torch.nn.functional as F

from stages.distillation.own_teacher import own_loss

ALPHA, T, HINT = 0.3, 3.0, 0.01


@pytest.fixture
def parts():
    """Logits (5, 4) and features (5, 6) of three classifiers, labels."""
    z = [torch.randn(5, 4, dtype=torch.float64, requires_grad=True) for _ in range(3)]
    features = [torch.randn(5, 6, dtype=torch.float64, requires_grad=True) for _ in range(3)]
    return z, features, torch.tensor([0, 1, 2, 3, 0])


def test_the_loss_written_out(parts):
    z, features, y = parts
    total = 0.0
    for i in range(5):
        total += -z[2][i].log_softmax(0)[y[i]].item()
        p = (z[2][i] / T).softmax(0)
        for one, feature in zip(z[:2], features[:2], strict=True):
            q = (one[i] / T).softmax(0)
            total += (1 - ALPHA) * -one[i].log_softmax(0)[y[i]].item()
            total += ALPHA * T**2 * (p * (p.log() - q.log())).sum().item()
            total += HINT * sum((a - b) ** 2 for a, b in zip(feature[i], features[2][i], strict=True)).item()
    assert own_loss(z, features, y, ALPHA, T, HINT).item() == pytest.approx(total / 5, rel=1e-10)


def test_the_deepest_learns_from_labels_only(parts):
    z, features, y = parts
    own_loss(z, features, y, ALPHA, T, HINT).backward()
    wanted = torch.autograd.grad(F.cross_entropy(z[2], y), z[2])[0]
    torch.testing.assert_close(z[2].grad, wanted)
    assert features[2].grad is None
    torch.testing.assert_close(features[0].grad, 2 * HINT * (features[0] - features[2]).detach() / 5)
    assert all(one.grad.abs().sum() > 0 for one in z[:2])


def test_without_soft_term_and_hint_it_is_cross_entropy_of_all(parts):
    z, features, y = parts
    wanted = sum(F.cross_entropy(one, y) for one in z)
    torch.testing.assert_close(own_loss(z, features, y, 0.0, T, 0.0), wanted)
