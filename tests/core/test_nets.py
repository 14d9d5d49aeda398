"""The network against the paper's numbers and against torch's own layers."""

import pytest
import torch
from torch import nn

from stages.core.errors import UserError
from stages.core.files import save
from stages.core.nets import Block, Pointwise, ResNet, load_net, save_net

COLOURS = {"mean": [0.5, 0.4, 0.3], "std": [0.2, 0.3, 0.4]}


def size(net):
    return sum(weight.numel() for weight in net.parameters())


@pytest.mark.parametrize(("depth", "millions"), [(20, 0.27), (32, 0.46), (44, 0.66), (56, 0.85), (110, 1.7)])
def test_as_many_parameters_as_in_table_6_of_the_paper(depth, millions):
    net = ResNet(depth, 16, 10, **COLOURS)
    assert round(size(net) / 1e6, 1 if depth == 110 else 2) == millions


def test_every_parameter_of_depth_20_is_accounted_for():
    net = ResNet(20, 16, 10, **COLOURS)
    convolutions = sum(layer.weight.numel() for layer in net.modules() if isinstance(layer, nn.Conv2d))
    assert convolutions == 432 + 6 * 2304 + 4608 + 5 * 9216 + 18432 + 5 * 36864
    assert size(net) == convolutions + 2 * (7 * 16 + 6 * 32 + 6 * 64) + 650 == 269_722


@pytest.mark.parametrize("depth", [2, 18, 21])
def test_other_depths_are_refused(depth):
    with pytest.raises(UserError, match=rf"depth 6n \+ 2 .*, not {depth}"):
        ResNet(depth, 16, 10, **COLOURS)


@pytest.mark.parametrize("size", [6, 7])
@pytest.mark.parametrize("channels", [1, 4, 8])
@pytest.mark.parametrize("stride", [1, 2])
def test_a_pointwise_convolution_is_torchs_in_float64(stride, channels, size):
    """In float32 and channels last, torch's own may crash here."""
    layer = Pointwise(channels, 8, stride).to(memory_format=torch.channels_last)
    x = torch.randn(5, channels, size, size).to(memory_format=torch.channels_last).requires_grad_()
    exact, weight = (one.detach().double().requires_grad_() for one in (x, layer.weight))
    expected = nn.functional.conv2d(exact, weight, stride=stride)
    along = torch.randn(expected.shape)
    layer(x).backward(along)
    expected.backward(along.double())
    torch.testing.assert_close(layer(x), expected.float(), rtol=1e-5, atol=1e-5)
    for one, other in ((x, exact), (layer.weight, weight)):
        torch.testing.assert_close(one.grad, other.grad.float(), rtol=1e-5, atol=1e-4)


def test_a_pointwise_convolution_in_bfloat16_is_torchs_own(monkeypatch):
    monkeypatch.delattr(nn.functional, "avg_pool2d")         # by which others take the pixels
    layer, x = Pointwise(4, 8, 2), torch.randn(5, 4, 6, 6)
    plain = nn.Conv2d(4, 8, 1, 2, bias=False)
    plain.load_state_dict(layer.state_dict())
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(layer(x), plain(x))
    with pytest.raises(AttributeError):
        layer(x)


@pytest.mark.parametrize("size", [6, 7])
def test_a_shortcut_takes_every_other_pixel_and_pads_channels_with_zeros(size):
    block = Block(4, 8, stride=2).eval()
    nn.init.zeros_(block.norm2.weight)                       # the residual is 0
    x = torch.rand(2, 4, size, size, requires_grad=True)
    kept = x.detach()[:, :, 0::2, 0::2]
    wanted = torch.zeros(2, 8, *kept.shape[2:])
    wanted[:, 2:6] = kept
    found = block(x)
    assert torch.equal(found, wanted)
    upstream = torch.rand_like(wanted)
    found.backward(upstream)
    gradient = torch.zeros_like(x)
    gradient[:, :, 0::2, 0::2] = upstream[:, 2:6]
    assert torch.equal(x.grad, gradient)


def test_a_network_normalises_its_own_input():
    net = ResNet(8, 4, 10, **COLOURS).eval()
    plain = ResNet(8, 4, 10, mean=[0.0] * 3, std=[1.0] * 3).eval()
    plain.load_state_dict(net.state_dict() | {key: plain.state_dict()[key] for key in ("mean", "std")})
    x = torch.rand(2, 3, 32, 32)
    normalised = torch.stack([(x[:, i] - COLOURS["mean"][i]) / COLOURS["std"][i] for i in range(3)], 1)
    torch.testing.assert_close(net(x), plain(normalised))


def test_a_network_comes_back_in_evaluation_mode(tmp_path):
    net = ResNet(14, 4, 7, mean=[0.5], std=[0.25])
    net(torch.rand(5, 1, 28, 28))                            # moves the running statistics
    save_net(tmp_path / "net.safetensors", net)
    again = load_net(tmp_path / "net.safetensors")
    x = torch.rand(2, 1, 28, 28)
    assert not again.training
    assert torch.equal(again(x), net.eval()(x))


def test_weights_of_another_network_are_refused(tmp_path):
    net = ResNet(8, 4, 10, **COLOURS)
    state = net.state_dict() | {"linear.bias": torch.zeros(9)}
    save(tmp_path / "net.safetensors", state, resnet=net.shape)
    with pytest.raises(UserError, match=r"does not fit its network .*linear\.bias"):
        load_net(tmp_path / "net.safetensors")


def test_a_file_without_a_network_is_refused(tmp_path):
    save(tmp_path / "net.safetensors", {"weight": torch.zeros(1)})
    with pytest.raises(UserError, match="holds no ResNet"):
        load_net(tmp_path / "net.safetensors")
