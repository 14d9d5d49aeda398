"""What disturbing weights does, in cases where the answer is known; and the files that the stage writes."""

import numpy as np
import pytest
import torch

from stages.core.files import load, read_json
from stages.core.nets import ResNet, load_net, save_net
from stages.core.scores import correct, logits
from stages.noise.quantisation import per_channel, per_tensor
from stages.noise.robustness import run, under_noise, under_rounding
from tests.conftest import some_images


@pytest.fixture
def net():
    return ResNet(8, 4, 10, mean=[0.5] * 3, std=[0.25] * 3).eval()


def right(net, test):
    return correct(logits(net, test.images), test.labels)


@torch.no_grad()
def test_no_noise_and_many_bits_change_nothing(net):
    test = some_images(30)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    assert torch.equal(under_noise(net, test, [0.0], 2)[0, 1], right(net, test))
    assert torch.equal(under_rounding(net, test, [16], per_channel)[0], right(net, test))
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


@torch.no_grad()
def test_overwhelming_noise_leaves_chance(net):
    test = some_images(100)
    assert under_noise(net, test, [1e3], 20).double().mean().item() == pytest.approx(0.1, abs=0.05)


@torch.no_grad()
def test_rounding_is_that_of_a_network_with_rounded_weights(net):
    test = some_images(50)
    rounded = ResNet(**net.shape).eval()
    disturbed = {name for name, weight in net.named_parameters() if "conv" in name or name == "linear.weight"}
    rounded.load_state_dict({
        name: per_tensor(value, 3) if name in disturbed else value for name, value in net.state_dict().items()
    })
    assert torch.equal(under_rounding(net, test, [3], per_tensor)[0], right(rounded, test))


def test_the_stage(project, net):
    save_net("models/resnet20/sgd-1.safetensors", net)
    run("sgd", 1)
    found, _ = load("data/noise/robustness/sgd-1.safetensors")
    assert {name: tuple(value.shape) for name, value in found.items()} == {
        "clean": (40,), "gaussian": (3, 2, 40), "per_tensor": (5, 40), "per_channel": (5, 40),
    }
    numbers = read_json("metrics/noise/robustness/sgd-1.json")
    assert numbers["test_accuracy"] == pytest.approx(found["clean"].double().mean().item())
    assert numbers["gap_accuracy"] == pytest.approx(numbers["train_accuracy"] - numbers["test_accuracy"])
    assert np.isfinite(list(numbers.values())).all()
    first = (project / "data/noise/robustness/sgd-1.safetensors").read_bytes()
    run("sgd", 1)
    assert (project / "data/noise/robustness/sgd-1.safetensors").read_bytes() == first
    assert not load_net("models/resnet20/sgd-1.safetensors").training
