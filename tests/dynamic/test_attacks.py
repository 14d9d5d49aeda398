"""What moves, by hand; noise is as large as the attack in every pixel; probes and places."""

import numpy as np
import pytest
import torch

from stages.core.nets import ResNet
from stages.dynamic.attacks import choices, noise_like, under
from stages.dynamic.attention import placed, probed
from stages.dynamic.convolution import DynamicResNet
from stages.dynamic.gating import GatedResNet
from tests.dynamic.test_convolution import SHAPE


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_noise_is_as_large_as_the_attack_in_every_pixel(norm):
    x = torch.rand(4, 3, 8, 8) / 2 + 0.25
    found = x + 0.01 * torch.randn_like(x)
    change = noise_like(x, found, {"epsilon": 10.0, "norm": norm}) - x
    torch.testing.assert_close(change.abs(), (found - x).abs())
    agrees = (change.sign() == (found - x).sign()).float().mean()
    assert 0.4 < agrees < 0.6


def test_noise_stays_in_the_unit_cube():
    x = torch.zeros(2, 3, 4, 4)
    assert noise_like(x, x + 0.1, {"epsilon": 1.0, "norm": "linf"}).min() >= 0


def test_attention_moves_by_total_variation_averaged_over_layers():
    net = DynamicResNet(3, **SHAPE).eval()
    clean, other = torch.rand(2, 5, 3, 8, 8)
    _, moved = under(net, [clean, other], torch.zeros(5, dtype=torch.int64))
    net(clean)
    before = net.choices()
    net(other)
    by_hand = [[sum(abs(float(q - p)) for p, q in zip(*layers, strict=True)) / 2 for layers in zip(
        before[i], net.choices()[i], strict=True)] for i in range(5)]
    assert moved[0].eq(0).all()
    assert moved[1].tolist() == pytest.approx([sum(one) / 7 for one in by_hand], rel=1e-4)
    for layer, shares in zip(net.dynamic, [[1.0, 0.0, 0.0]] * 7, strict=True):
        layer.attention = torch.tensor([shares])
    one = choices(net)
    for layer in net.dynamic:
        layer.attention = torch.tensor([[0.0, 0.0, 1.0]])
    assert (choices(net) - one).abs().sum().item() == pytest.approx(1)       # as far as can be


def test_gates_move_by_the_share_that_changes():
    net = GatedResNet(**SHAPE).eval()
    sizes = [4, 8, 16]
    for gate, size in zip(net.gates, sizes, strict=True):
        gate.open = torch.zeros(1, size)
    none = choices(net)
    net.gates[1].open = torch.ones(1, 8)
    assert (choices(net) - none).abs().sum().item() == pytest.approx(8 / 28)


def test_a_plain_network_moves_nothing():
    x = torch.rand(5, 3, 8, 8)
    for net in (ResNet(**SHAPE).eval(), DynamicResNet(1, **SHAPE).eval()):
        right, moved = under(net, [x, x, x], net(x).argmax(1))
        assert right.all()
        assert (right.shape, moved.numel()) == ((3, 5), 0)


def test_a_probe_tells_what_attention_tells_and_no_more():
    rng = np.random.default_rng(0)
    labels = np.arange(600) % 3
    telling = np.eye(3)[labels] * 0.2 + rng.random((600, 3)) * 0.01 + [0.0, 0.5, 0.0]
    assert (probed(telling[:300], labels[:300], telling[300:]) == labels[300:]).all()
    silent = rng.random((600, 3))
    assert abs((probed(silent[:300], labels[:300], silent[300:]) == labels[300:]).mean() - 1 / 3) < 0.1


def test_neighbours_are_placed_together():
    rng = np.random.default_rng(0)
    groups = np.repeat([[1.0, 0, 0, 0], [0, 0, 0, 1.0]], 15, 0) + 0.01 * rng.random((30, 4))
    places = placed(groups, 5.0)
    centres = places[:15].mean(0), places[15:].mean(0)
    apart = np.linalg.norm(places[:, None] - np.array(centres), axis=2)
    assert (apart.argmin(1) == np.repeat([0, 1], 15)).all()
    assert (placed(groups, 5.0) == places).all()
