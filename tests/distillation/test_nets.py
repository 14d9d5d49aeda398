"""Sizes against the papers' and torchvision's, and what networks compute in cases that are known."""

import pytest
import torch

from stages.core.nets import load_net, save_net
from stages.datasets.torchvision_import import import_torchvision
from stages.distillation.nets import OwnTeacher, Perceptron, StagedResNet, cost
from tests.conftest import some_images

GREY = {"mean": [0.3], "std": [0.5]}
COLOUR = {"mean": [0.5] * 3, "std": [0.25] * 3}


def size(net):
    return sum(weight.numel() for weight in net.parameters())


@pytest.mark.parametrize(
    ("hidden", "parameters", "multiplications"), [(1200, 2_395_210, 2_392_800), (800, 1_276_810, 1_275_200)]
)
def test_the_papers_perceptrons(hidden, parameters, multiplications):
    net = Perceptron(784, hidden, 10, 0.5, **GREY).eval()
    found = cost(net, some_images(2, (1, 28, 28)).images)
    assert found == {"parameters": parameters, "flops": 2 * multiplications}


@pytest.mark.parametrize(
    ("name", "block", "features"), [("resnet34", "basic", 512), ("resnet50", "bottleneck", 2048)]
)
def test_as_many_parameters_as_torchvisions_but_for_stem_and_head(name, block, features):
    with torch.device("meta"):
        theirs = size(getattr(import_torchvision().models, name)())
    ours = size(StagedResNet(block, [3, 4, 6, 3], 64, 10, **COLOUR))
    stem, head = 64 * 3 * (49 - 9), (features + 1) * (1000 - 10)
    assert ours == theirs - stem - head


def test_stages_halve_the_image_and_double_the_width():
    net = StagedResNet("bottleneck", [1, 2, 1], 4, 10, **COLOUR).eval()
    shapes = [tuple(found.shape) for found in net.maps(torch.rand(2, 3, 32, 32))]
    assert shapes == [(2, 16, 32, 32), (2, 32, 16, 16), (2, 64, 8, 8)]


def test_networks_normalise_their_input():
    net, raw = (Perceptron(4, 3, 2, 0.0, mean=[m], std=[s]).eval() for m, s in ((0.3, 0.5), (0.0, 1.0)))
    raw.load_state_dict(net.state_dict() | {"mean": raw.mean, "std": raw.std})
    x = torch.rand(5, 1, 2, 2)
    torch.testing.assert_close(net(x), raw((x - 0.3) / 0.5))


def test_an_own_teacher_is_its_deepest_classifier():
    net = OwnTeacher(block="basic", blocks=[1, 1, 1, 1], width=4, classes=7, **COLOUR).eval()
    x = torch.rand(3, 3, 32, 32)
    z, features = net.exits(x)
    assert [tuple(one.shape) for one in z] == [(3, 7)] * 4
    assert [tuple(one.shape) for one in features] == [(3, 32)] * 4
    torch.testing.assert_close(z[-1], net(x))
    plain = StagedResNet("basic", [1, 1, 1, 1], 4, 7, **COLOUR).eval()
    plain.load_state_dict({key: net.state_dict()[key] for key in plain.state_dict()})
    torch.testing.assert_close(plain(x), net(x))


@pytest.mark.parametrize("net", [
    Perceptron(784, 5, 10, 0.2, **GREY), StagedResNet("basic", [1, 1], 4, 10, **COLOUR),
    OwnTeacher(block="bottleneck", blocks=[1, 1], width=4, classes=10, **COLOUR),
], ids=lambda net: type(net).__name__)
def test_saved_networks_come_back(tmp_path, net):
    save_net(tmp_path / "net.safetensors", net)
    again = load_net(tmp_path / "net.safetensors", type(net))
    x = torch.rand(2, 1, 28, 28) if isinstance(net, Perceptron) else torch.rand(2, 3, 32, 32)
    assert torch.equal(again(x), net.eval()(x))
