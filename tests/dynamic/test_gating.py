"""Gates: open, they are the plain network; what they cost, by hand and by torch's counter."""

import pytest
import torch
import torch.nn.functional as F

from stages.core.cost import of_image
from stages.core.nets import Block, ResNet, load_net, save_net
from stages.dynamic.gating import Gate, GatedBlock, GatedResNet
from tests.dynamic.test_convolution import SHAPE


def held(net, z):
    """Holds the logits of all gates of a network at z."""
    for gate in net.gates:
        gate.layers[-1].weight.data.zero_()
        gate.layers[-1].bias.data.fill_(z)
    return net


@pytest.fixture
def x():
    return torch.rand(6, 3, 8, 8)


def pair():
    """A plain and a gated network with the same convolutions."""
    torch.manual_seed(1)
    plain = ResNet(**SHAPE)
    torch.manual_seed(1)
    return plain, GatedResNet(**SHAPE)


@pytest.mark.parametrize("mode", [True, False])
def test_with_all_gates_open_it_is_the_plain_network_to_the_bit(x, mode):
    plain, net = pair()
    held(net, 100.0).train(mode)
    assert torch.equal(net(x), plain.train(mode)(x))
    assert net.choices().eq(1).all()


def test_with_all_gates_closed_only_shortcuts_are_left(x):
    plain, net = pair()
    held(net, -100.0).eval()
    h = F.relu(plain.eval().norm(plain.conv((x - plain.mean) / plain.std)))
    for block in plain.blocks:
        block.conv1.weight.data.zero_()
        block.norm1.bias.data.zero_()
        h = block(h)
    torch.testing.assert_close(net(x), plain.linear(h.mean((2, 3))))


def test_a_gate_in_training_is_hard_and_its_gradient_soft(monkeypatch):
    gate = Gate(4, 5).train()
    noise = torch.randn(6, 5)
    monkeypatch.setattr("stages.dynamic.gating.logistic", lambda like: noise)
    opened = gate(torch.rand(6, 4, 3, 3))
    z = gate.logits.detach()
    assert torch.equal(opened, ((z + noise) > 0).float())                    # 0 and 1 exactly
    (gradient,) = torch.autograd.grad(opened.sum(), gate.logits)
    soft = 1 / (1 + torch.exp(-(z + noise) * 1.5))
    torch.testing.assert_close(gradient, 1.5 * soft * (1 - soft))


def test_a_gate_is_open_as_often_as_its_probability():
    torch.manual_seed(0)
    gate = Gate(2, 3)
    gate.layers[-1].weight.data.zero_()
    gate.layers[-1].bias.data.copy_(torch.tensor([-2.0, 0.0, 1.0]))
    opened = gate.train()(torch.rand(40_000, 2, 1, 1)).mean(0)
    torch.testing.assert_close(opened, torch.tensor([-2.0, 0.0, 1.0]).sigmoid(), rtol=0, atol=0.01)
    assert gate.eval()(torch.rand(9, 2, 1, 1)).detach().unique(dim=0).tolist() == [[0, 0, 1]]


def test_a_closed_gate_learns():
    """Its channel is multiplied after ReLU: what it would have let through gives it a gradient."""
    net = held(GatedResNet(**SHAPE), -0.1).eval()
    net(torch.rand(4, 3, 8, 8)).square().sum().backward()
    assert net.gates[0].open.eq(0).all()
    assert net.gates[0].layers[-1].bias.grad.abs().max() > 0


def test_gates_begin_open_but_not_always():
    gate = Gate(8, 2_000).train()
    assert gate(torch.rand(50, 8, 2, 2)).mean().item() == pytest.approx(0.88, abs=0.03)


def test_a_block_by_hand():
    block = GatedBlock(Block(4, 4, 1)).eval()
    block.gate.layers[-1].bias.data.copy_(torch.tensor([9.0, -9.0, 9.0, -9.0]))
    x = torch.rand(3, 4, 5, 5)
    inner = F.relu(block.block.norm1(block.block.conv1(x)))
    mask = block.gate(x)[:, :, None, None]
    assert 0 < mask.mean() < 1
    outer = block.block.norm2(F.conv2d(inner * mask, block.block.conv2.conv.weight, padding=1))
    torch.testing.assert_close(block(x), F.relu(outer + x))


def test_cost_of_two_convolutions_by_hand():
    """4 → 8 → 8 channels, of which 3, 8 and no channels are open, on 3 x 3 pixels after a stride of 2."""
    block = GatedBlock(Block(4, 8, 2)).eval()
    block(torch.rand(3, 4, 6, 6))
    block.gate.open = torch.stack([(torch.arange(8) < n).float() for n in (3, 8, 0)])
    gate = 4 * 16 + 16 * 8
    first, second = 9 * 4 * 9, 9 * 8 * 9                     # of one channel in between
    assert block.macs().tolist() == [n * (first + second) + gate for n in (3, 8, 0)]


def test_cost_is_what_the_counter_says_when_all_are_open(x):
    plain, net = pair()
    held(net, 100.0).eval()(x)
    gates = sum(gate.macs() for gate in net.gates)
    assert net.macs().tolist() == [of_image(net, x.shape[1:]) / 2] * 6
    assert net.macs()[0] == of_image(plain, x.shape[1:]) / 2 + gates


def test_weights_come_back(tmp_path, x):
    net = GatedResNet(**SHAPE).eval()
    save_net(tmp_path / "net.safetensors", net)
    assert torch.equal(load_net(tmp_path / "net.safetensors", GatedResNet)(x), net(x))
