"""Dynamic convolutions against a loop over images, sums of convolutions, and the plain network."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from stages.core.cost import of_image
from stages.core.data import Role
from stages.core.nets import ResNet, load_net, save_net
from stages.core.params import Training
from stages.core.recipe import augmented, sgd
from stages.core.train import training
from stages.dynamic import kernels, narrow
from stages.dynamic.convolution import Annealing, DynamicConv, DynamicResNet, mixed_kernels
from stages.dynamic.params import Kernels
from stages.dynamic.recipe import seen
from tests.conftest import some_images

SHAPE = {"depth": 8, "width": 4, "classes": 10, "mean": [0.5] * 3, "std": [0.25] * 3}
RECIPE = Training(depth=8, width=4, epochs=2, batch_size=10, lr=0.05, momentum=0.9, weight_decay=1e-4, pad=0,
                  flip=True)


@pytest.fixture
def role():
    return Role(some_images(30, (3, 8, 8)), some_images(20, (3, 8, 8), seed=1), list("abcdefghij"), "random")


@pytest.fixture
def tensors():
    """Images, attention, kernels in float64."""
    x = torch.randn(5, 3, 7, 7, dtype=torch.float64)
    attention = torch.randn(5, 4, dtype=torch.float64).softmax(1)
    return x, attention, torch.randn(4, 6, 3, 3, 3, dtype=torch.float64)


@pytest.mark.parametrize("stride", [1, 2])
def test_all_images_at_once_are_a_loop_over_images(tensors, stride):
    x, attention, weight = tensors
    found = mixed_kernels(x, attention, weight, stride, 1)
    for image, share, y in zip(x, attention, found, strict=True):
        kernel = sum(part * each for part, each in zip(share, weight, strict=True))
        torch.testing.assert_close(y, F.conv2d(image[None], kernel, None, stride, 1)[0])


def test_a_mixed_kernel_is_the_weighted_sum_of_convolutions(tensors):
    x, attention, weight = tensors
    each = torch.stack([F.conv2d(x, kernel, padding=1) for kernel in weight])
    torch.testing.assert_close(mixed_kernels(x, attention, weight, 1, 1),
                               torch.einsum("nk,knohw->nohw", attention, each))


def test_gradients_of_both_ways_agree(tensors):
    found = []
    for way in ("groups", "sum"):
        x, attention, weight = (one.clone().requires_grad_() for one in tensors)
        y = mixed_kernels(x, attention, weight, 1, 1) if way == "groups" else torch.einsum(
            "nk,knohw->nohw", attention, torch.stack([F.conv2d(x, one, padding=1) for one in weight]))
        found.append(torch.autograd.grad(y.sin().sum(), [x, attention, weight]))
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other)


def test_attention_by_hand():
    layer = DynamicConv(nn.Conv2d(8, 5, 3, padding=1, bias=False), 4)
    layer.temperature.fill_(3.0)
    x = torch.rand(6, 8, 5, 5)
    layer(x)
    hidden = (x.sum((2, 3)) / 25 @ layer.squeeze.weight.T + layer.squeeze.bias).clamp(min=0)
    z = (hidden @ layer.excite.weight.T + layer.excite.bias) / 3
    torch.testing.assert_close(layer.attention, z.exp() / z.exp().sum(1, keepdim=True))
    assert layer.squeeze.out_features == 4                   # 8 / 4 would be fewer than kernels
    assert layer.attention.std(0).min() > 0                  # one for each image


def test_a_high_temperature_uses_all_kernels_alike():
    conv = nn.Conv2d(3, 5, 3, 2, padding=1, bias=False)
    layer, x = DynamicConv(conv, 3), torch.rand(4, 3, 8, 8)
    layer.temperature.fill_(1e9)
    torch.testing.assert_close(layer(x), F.conv2d(x, layer.weight.mean(0), None, 2, 1))
    layer(x).sum().backward()
    assert layer.weight.grad.flatten(1).norm(dim=1).min() > 0


def test_a_single_kernel_is_the_convolution():
    conv = nn.Conv2d(3, 5, 3, 2, padding=1, bias=False)
    x = torch.rand(4, 3, 8, 8)
    torch.testing.assert_close(DynamicConv(conv, 1)(x), conv(x))


def test_equal_kernels_are_the_plain_network(role):
    torch.manual_seed(3)
    plain = ResNet(**SHAPE).eval()
    torch.manual_seed(3)
    net = DynamicResNet(4, **SHAPE).eval()
    assert len(net.dynamic) == 7                             # every convolution
    assert all(torch.equal(layer.weight[0], conv.weight) for layer, conv in zip(
        net.dynamic, [one for one in plain.modules() if isinstance(one, nn.Conv2d)], strict=True))
    for layer in net.dynamic:
        layer.weight.data.copy_(layer.weight.data[:1].expand_as(layer.weight))
    net.linear.load_state_dict(plain.linear.state_dict())
    x = role.test.images / 255
    torch.testing.assert_close(net(x), plain(x), rtol=1e-4, atol=1e-5)


def test_one_kernel_is_plain_training_to_the_bit(role, project):
    one, _ = kernels.trained(4, role, RECIPE, Kernels(kernels=1, temperature=30.0, seeds=1), 0.5)
    plain, _ = narrow.trained(4, role, RECIPE)
    assert isinstance(one, DynamicResNet)
    assert not isinstance(plain, DynamicResNet)
    assert list(one.state_dict()) == list(plain.state_dict())
    assert all(map(torch.equal, one.state_dict().values(), plain.state_dict().values()))


def test_temperature_falls_linearly_and_then_stays(role):
    net, found = DynamicResNet(2, **SHAPE), []
    optimizer = Annealing(net, sgd(net, RECIPE), 30.0, 4)
    batches = augmented(role.train, RECIPE, torch.Generator().manual_seed(0))

    def loss(net, batch):
        found.append([layer.temperature.item() for layer in net.dynamic])
        return F.cross_entropy(net(batch[0]), batch[1])

    list(training(net, batches, loss, optimizer, 2))
    by_hand = [30, 22.75, 15.5, 8.25, 1, 1]
    assert found == [[temperature] * 7 for temperature in by_hand]


def test_temperature_one_from_the_beginning():
    net = DynamicResNet(2, **SHAPE)
    annealing = Annealing(net, sgd(net, RECIPE), 1.0, 3)
    for taken in range(5):
        annealing.before(taken)
        assert net.dynamic[0].temperature == 1


def test_what_a_network_saw_is_noted_image_by_image(role):
    net = DynamicResNet(3, **SHAPE).eval()
    z, attention = seen(net, role.test.images, lambda net: net.choices(), batch_size=7)
    assert (z.shape, attention.shape) == ((20, 10), (20, 7, 3))
    net(role.test.images[11:12] / 255)
    torch.testing.assert_close(attention[11], net.choices()[0])
    torch.testing.assert_close(attention.sum(2), torch.ones(20, 7))


def test_weights_come_back(tmp_path, role):
    net = DynamicResNet(3, **SHAPE).eval()
    save_net(tmp_path / "net.safetensors", net)
    again = load_net(tmp_path / "net.safetensors", DynamicResNet)
    assert torch.equal(again(role.test.images / 255), net(role.test.images / 255))


def test_operations_by_hand():
    """A plain convolution, then one with 3 kernels, on 6 x 6 pixels; two for each multiply-accumulate."""
    net = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, bias=False),
                        DynamicConv(nn.Conv2d(8, 4, 3, padding=1, bias=False), 3))
    stem, mixed = 9 * 3 * 8 * 36, 9 * 8 * 4 * 36
    attention, mixing = 8 * 3 + 3 * 3, 3 * 9 * 8 * 4
    assert of_image(net, (3, 6, 6)) == 2 * (stem + mixed + attention + mixing)
