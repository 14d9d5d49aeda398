"""What disturbing weights does, in cases where the answer is known; and the files that the stage writes."""

import pytest
import torch

from stages.core.measurements import recorded
from stages.core.nets import ResNet, save_net
from stages.core.scores import correct, logits
from stages.noise import robustness
from stages.noise.quantisation import per_channel, per_tensor
from stages.noise.robustness import run, under_noise, under_rounding
from stages.noise.weights import filter_norms, filters
from tests.conftest import change, some_images


@pytest.fixture
def net():
    return ResNet(8, 4, 10, mean=[0.5] * 3, std=[0.25] * 3).eval()


def right(net, test):
    return correct(logits(net, test.images), test.labels)


@torch.no_grad()
def test_no_noise_and_many_bits_change_nothing(net):
    test = some_images(30)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    assert torch.equal(under_noise(net, test, [0.0], 2, 0)[0, 1], right(net, test))
    assert torch.equal(under_rounding(net, test, [16], per_channel)[0], right(net, test))
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


@torch.no_grad()
def test_overwhelming_noise_leaves_chance(net):
    test = some_images(100)
    assert under_noise(net, test, [1e3], 20, 0).double().mean().item() == pytest.approx(0.1, abs=0.05)


@torch.no_grad()
def test_rounding_is_that_of_a_network_with_rounded_weights(net):
    test = some_images(50)
    rounded = ResNet(**net.shape).eval()
    disturbed = {name for name, weight in net.named_parameters() if "conv" in name or name == "linear.weight"}
    rounded.load_state_dict({
        name: per_tensor(value, 3) if name in disturbed else value for name, value in net.state_dict().items()
    })
    assert torch.equal(under_rounding(net, test, [3], per_tensor)[0], right(rounded, test))


def test_every_network_sees_the_same_noise():
    """Draw k is the same standard normal numbers for every strength, seed and network, times its filters."""
    test, seen = some_images(5), []

    def noted(net, change, test):
        seen.append([part / filter_norms(weight) for part, weight in zip(change, filters(net), strict=True)])
        return torch.zeros(5, dtype=torch.bool)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(robustness, "correct_after", noted)
        for seed in 0, 1:
            torch.manual_seed(seed)
            net = ResNet(8, 4, 10, mean=[0.5] * 3, std=[0.25] * 3)
            under_noise(net, test, [0.1, 0.2], draws=2, seed=7)
    one, other, doubled = seen[0][0], seen[1][0], seen[2][0]
    torch.testing.assert_close(seen[4][0], one)              # of the other network
    torch.testing.assert_close(doubled, 2 * one)
    assert not torch.allclose(other, one)


def test_the_stage(project, net):
    change({"training.depth": 8, "seeds": [4]})
    save_net("models/resnet8/sgd/4.safetensors", net)
    run("sgd")
    path = project / "data/noise/robustness/sgd/4.safetensors"
    found = recorded(path)
    assert {name: values.dims for name, values in found.items()} == {
        "clean": ("image",), "brier": ("image",), "train_right": ("train_image",), "train_loss": (),
        "test_loss": (), "gaussian": ("sigma", "draw", "image"), "per_tensor": ("bits", "image"),
        "per_channel": ("bits", "image"),
    }
    assert dict(found.sizes) == {"image": 40, "train_image": 60, "sigma": 2, "draw": 10, "bits": 4}
    first = path.read_bytes()
    run("sgd")
    assert path.read_bytes() == first
