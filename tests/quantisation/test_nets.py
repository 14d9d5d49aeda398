"""Quantised networks: limits in which they are plain ones, what is quantised, what not, what is kept."""

import copy

import pytest
import torch
import torch.nn.functional as F

from stages.core.data import Batches, Role
from stages.core.nets import load_net, resnet, save_net
from stages.core.params import Recipe
from stages.core.recipe import fit
from stages.quantisation.nets import Quantised, quantised
from stages.quantisation.quantiser import Quantiser
from stages.quantisation.sparse import bits_left
from stages.quantisation.weights import MIDDLES, measures
from tests.conftest import some_images

RECIPE = Recipe(epochs=2, batch_size=10, lr=0.05, momentum=0.9, weight_decay=1e-4)
LAYERS = 6                                                   # of the blocks of a ResNet-8


@pytest.fixture
def role():
    return Role(some_images(20, (3, 8, 8)), some_images(10, (3, 8, 8), seed=1), list("abcdefghij"), "random")


@pytest.fixture
def whole(role):
    return resnet(role, 8, 4).eval()


def trained(net, role):
    fit(net, Batches(role.train, 10, torch.Generator().manual_seed(3)), RECIPE, "test")
    return net


def test_in_full_precision_training_is_plain_training_to_the_bit(whole, role):
    mine = trained(quantised(whole, role.train.images), role)
    control = trained(copy.deepcopy(whole), role)
    assert [name for name, _ in mine.named_parameters()] == [name for name, _ in control.named_parameters()]
    assert all(map(torch.equal, mine.state_dict().values(), control.state_dict().values()))
    assert not any(isinstance(one, Quantiser) for one in mine.modules())


def test_a_sparse_network_at_strength_0_is_a_plain_one_to_the_bit(whole, role):
    plain, thin = (trained(quantised(whole, role.train.images, weights=3, strength=strength), role)
                   for strength in (None, 0.0))
    assert all(map(torch.equal, plain.state_dict().values(), thin.state_dict().values()))


def test_a_convolution_by_hand(whole, role):
    net = quantised(whole, role.train.images, weights=2, activations=2)
    x = torch.rand(5, 4, 8, 8).to(memory_format=torch.channels_last)
    conv = net.blocks[0].conv1
    weight = conv.of_weights(conv.weight.flatten(1)).view(4, 4, 3, 3)
    levels = conv.of_activations.levels()[0][0].detach()
    assert levels[0] == 0 < levels[1]
    rounded = levels[(x[..., None] - levels).abs().argmin(-1)]
    torch.testing.assert_close(conv(x), F.conv2d(rounded, weight, None, 1, 1))
    for row, channel in zip(conv.of_weights.levels()[0], weight, strict=True):
        torch.testing.assert_close(channel.unique(), row)


def test_first_convolution_linear_layer_and_shortcuts_stay_whole(whole, role):
    net, seen = quantised(whole, role.train.images, weights=1, activations=1), {}
    for name, layer in (("stem", net.conv), ("linear", net.linear), ("shortcut", net.blocks[1])):
        layer.register_forward_hook(lambda layer, given, out, name=name: seen.update({name: (given[0], out)}))
    x = role.test.images / 255
    z = net.eval()(x)
    assert torch.equal(seen["stem"][1], whole.conv((x - whole.mean) / whole.std))
    assert torch.equal(z, F.linear(seen["linear"][0], whole.linear.weight, whole.linear.bias))
    assert len(seen["shortcut"][0].unique()) > 2
    assert len(net.convolutions()) == LAYERS
    assert sum(isinstance(one, Quantiser) for one in net.modules()) == 2 * LAYERS


def test_each_quantiser_is_fitted_to_what_it_will_see(whole, role):
    """One more turn on the same images changes next to nothing; the weights are the baseline's still."""
    before = copy.deepcopy(whole.state_dict())
    net = quantised(whole, role.train.images, weights=2, activations=2)
    fitted = [one.basis.clone() for one in net.modules() if isinstance(one, Quantiser)]
    for one in net.modules():
        if isinstance(one, Quantiser):
            one.train()
    net(role.train.images / 255)
    for old, one in zip(fitted, [one for one in net.modules() if isinstance(one, Quantiser)], strict=True):
        torch.testing.assert_close(one.basis, old, rtol=0.02, atol=1e-3)
    assert all(map(torch.equal, before.values(), whole.state_dict().values()))
    assert all(torch.equal(value, net.state_dict()[name]) for name, value in before.items())


def test_at_many_bits_it_is_nearly_the_network(whole, role):
    x = role.test.images / 255
    coarse, fine = (quantised(whole, role.train.images, weights=bits, activations=bits).eval()(x)
                    for bits in (2, 6))
    z = whole(x)
    assert (fine - z).norm() < 0.05 * z.norm() < 0.5 * (coarse - z).norm()


@pytest.mark.parametrize("levels", ["learnt", "uniform", "backpropagated"])
def test_a_kept_network_is_the_same(whole, role, tmp_path, levels):
    net = trained(quantised(whole, role.train.images, weights=2, activations=2, levels=levels), role).eval()
    save_net(tmp_path / "net.safetensors", net)
    again = load_net(tmp_path / "net.safetensors", Quantised)
    x = role.test.images / 255
    assert torch.equal(again(x), net(x))
    bases = [name for name, _ in net.named_parameters() if name.endswith("basis")]
    assert len(bases) == (2 * LAYERS if levels == "backpropagated" else 0)


def test_bits_left_by_hand(whole, role):
    net = quantised(whole, role.train.images, weights=2, strength=0.1)
    net.convolutions()[0].of_weights.kept[0, 0] = 0          # one bit of one of four channels
    found = {name: values for name, (_, values) in bits_left(net).items()}
    assert found["bits"].tolist() == [1.75, 2, 2, 2, 2, 2]
    counts = [4 * 4, 4 * 4, 4 * 8, 8 * 8, 8 * 16, 16 * 16]
    assert found["share"].tolist() == pytest.approx([count / sum(counts) for count in counts])


def test_measures_by_hand():
    """Two channels with the levels ±1 and ±3, or ten times that: error, spacing, levels and density."""
    x = torch.tensor([[1.0, -1.0, 3.0, -3.5], [10.0, -10.0, 30.0, -35.0]])
    one = Quantiser(2, 2, "learnt", True)
    one.basis.copy_(torch.tensor([[2.0, 0.5], [20.0, 5.0]]))                 # ±1.5, ±2.5
    found = {name: values[0] for name, (_, values) in measures([x], [one]).items()}
    square = 1 + 1 + 9 + 12.25
    assert found["error"].item() == pytest.approx(100 * (3 * 0.25 + 1) / square)
    assert found["spacing"].item() == pytest.approx(3)                       # gaps of 1, 3, 1
    rms = (square / 4) ** 0.5
    assert found["levels"].tolist() == pytest.approx([place / rms for place in (-2.5, -1.5, 1.5, 2.5)])
    width = MIDDLES[1] - MIDDLES[0]
    assert (found["density"] * width).sum().item() == pytest.approx(1)
    for place, share in ((1 / rms, 0.25), (-3.5 / rms, 0.25), (0, 0)):
        nearest = min(range(len(MIDDLES)), key=lambda i: abs(MIDDLES[i] - place))
        assert found["density"][nearest].item() * width == pytest.approx(share, abs=1e-5)
