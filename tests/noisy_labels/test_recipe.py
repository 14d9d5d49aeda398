"""Networks and what they are seen to learn, by slow loops; readings of epochs, by hand."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import xarray as xr

from stages.core.data import Role, Split
from stages.core.errors import UserError
from stages.core.params import ImageRecipe
from stages.core.train import cross_entropy, training
from stages.noisy_labels.images import Noisy
from stages.noisy_labels.nets import Convolutional, network
from stages.noisy_labels.params import Network
from stages.noisy_labels.recipe import learnt, optimizer_of, watching
from stages.noisy_labels.results import best, last, of_classes, of_percent, share, stopped
from tests.conftest import some_images

SHAPE = Network(widths=[4, 6], convolutions=2, dense=8, decay=0.02)
RECIPE = ImageRecipe(epochs=5, batch_size=20, lr=0.05, momentum=0.9, weight_decay=0.0, pad=0, flip=False)
SETTING = SimpleNamespace(network=SHAPE, training=RECIPE, every=2)


@pytest.fixture
def role():
    return Role(some_images(40, (1, 7, 7)), some_images(30, (1, 7, 7), seed=1), list("abcdefghij"), "random")


@pytest.fixture
def noisy(role):
    given = role.train.labels.roll(1)
    given[:20] = role.train.labels[:20]
    eye = torch.eye(10)
    return Noisy(Split(role.train.images, given), role.train.labels, role.train.part(0, 15), eye)


def test_the_network_by_hand(role):
    net = network(role, SHAPE).eval()
    x = (role.test.images / 255 - net.mean) / net.std
    convs = [layer for layer in net.features if isinstance(layer, torch.nn.Conv2d)]
    norms = [layer for layer in net.features if isinstance(layer, torch.nn.BatchNorm2d)]
    for i, (conv, norm) in enumerate(zip(convs, norms, strict=True)):
        x = F.conv2d(x, conv.weight, conv.bias, padding=1)
        mean, variance = (value.view(1, -1, 1, 1) for value in (norm.running_mean, norm.running_var))
        x = F.relu((x - mean) / (variance + 1e-5).sqrt())
        x = F.max_pool2d(x, 2) if i in (1, 3) else x
    assert x.shape[1:] == (6, 1, 1)
    hidden = (x.flatten(1) @ net.dense.weight.T + net.dense.bias).clamp(min=0)
    z = hidden @ net.linear.weight.T + net.linear.bias
    torch.testing.assert_close(net(role.test.images / 255), z)


def test_parameters_of_the_papers_network():
    net = Convolutional([64, 128, 196], 2, 256, 32, 10, [0.5] * 3, [0.2] * 3)
    channels = [3, 64, 64, 128, 128, 196, 196]
    wanted = sum(9 * a * b + 3 * b for a, b in pairwise(channels))
    wanted += (196 * 4 * 4 + 1) * 256 + (256 + 1) * 10
    assert sum(weight.numel() for weight in net.parameters()) == wanted


def test_images_that_cannot_be_halved_so_often(role):
    with pytest.raises(UserError, match=r"7 x 7 pixels cannot be halved 3 times: mend `noisy_labels.network"):
        network(role, SHAPE.model_copy(update={"widths": [4, 4, 4]}))


def test_only_weights_of_the_hidden_layer_decay(role):
    net = network(role, SHAPE)
    before = {name: weight.detach().clone() for name, weight in net.named_parameters()}
    for weight in net.parameters():
        weight.grad = torch.zeros_like(weight)
    optimizer_of(net, SETTING).step()
    for name, weight in net.named_parameters():
        factor = 1 - 0.05 * 0.02 if name == "dense.weight" else 1
        torch.testing.assert_close(weight.detach(), factor * before[name], msg=name)


def counted(predicted, true, given):
    """By a loop: rightly labelled and taken for it; mislabelled and taken for its label; or for its class."""
    counts = np.zeros((3, 10), dtype=int)
    for one, label, other in zip(predicted.tolist(), true.tolist(), given.tolist(), strict=True):
        counts[0, label] += label == other and one == label
        counts[1, label] += label != other and one == other
        counts[2, label] += label != other and one == label
    return counts.tolist()


def test_what_is_learnt_by_a_loop():
    predicted, true, given = (torch.randint(0, 3, (500,)) for _ in range(3))
    assert learnt(predicted, true, given, 10).tolist() == counted(predicted, true, given)


def test_networks_are_looked_at_as_they_are_after_an_epoch(role, noisy):
    net = network(role, SHAPE)
    seen = {name: [] for name in ("epoch", "learnt", "right", "validation")}
    after, found = watching(net, noisy, role.test, SETTING, seen), []
    batches = [(role.train.images / 255, role.train.labels)] * 10            # until predictions differ
    rows = training(net, batches, cross_entropy, optimizer_of(net, SETTING), 5, after=after)
    for _ in rows:
        with torch.no_grad():
            found.append([net.eval()(part.images / 255).argmax(1) for part in (noisy.train, role.test,
                                                                             noisy.validation)])
    assert [int(epoch) for epoch in seen["epoch"]] == [2, 4, 5]              # and the last
    for i, epoch in enumerate((2, 4, 5)):
        train, test, held_out = found[epoch - 1]
        assert seen["learnt"][i].tolist() == counted(train, noisy.true, noisy.train.labels)
        assert torch.equal(seen["right"][i], test == role.test.labels)
        share = (held_out == noisy.validation.labels).double().mean().item()
        assert seen["validation"][i].item() == pytest.approx(share)


def made(right, validation):
    """Measurements of one seed: right of four images, and held-out labels predicted, at each epoch."""
    return xr.Dataset(
        {"right": (("seed", "epoch", "image"), [right]), "validation": (("seed", "epoch"), [validation])},
        {"seed": [1], "epoch": [3, 6, 9]},
    )


def test_last_best_and_stopped_epochs_by_hand():
    one = made([[0.0, 1, 1, 1], [1, 1, 0, 0], [0, 0, 0, 1]], [0.3, 0.2, 0.1])
    assert last(one).values.tolist() == [[0, 0, 0, 1]]
    assert stopped(one).values.tolist() == [[0, 1, 1, 1]]
    # by the second half the first epoch is best, by the first half the second one
    assert best(one).values.tolist() == [[0, 1, 0, 0]]
    several = xr.concat([one, made([[0.0, 0, 0, 0], [1, 1, 1, 0], [1, 0, 0, 0]], [0.1, 0.2, 0.3])], "seed")
    assert stopped(several).values.tolist() == [[0, 1, 1, 1], [1, 0, 0, 0]]  # each seed its own
    assert best(several).values.tolist() == [[0, 1, 0, 0], [1, 1, 1, 0]]


def test_shares_by_hand():
    counts = {name: (("epoch", "class"), [values]) for name, values in
              {"fitted": [3, 2], "memorised": [1, 3], "recovered": [1, 0]}.items()}
    one = of_percent(xr.Dataset(counts | {
        "right": ("image", [1.0]), "validation": ("epoch", [0.5]), "images": ("class", [8.0, 6.0]),
        "mislabelled": ("class", [2.0, 4.0]),
    }))
    assert one.memorised.values.tolist() == [[50, 75]]
    assert share(one, "memorised").values == pytest.approx([100 * 4 / 6])
    assert share(one, "recovered").values == pytest.approx([100 / 6])
    assert share(one, "fitted").values == pytest.approx([100 * 5 / 8])


def test_means_of_classes():
    labels = xr.DataArray([1, 0, 1], dims="image", name="class")
    values = xr.DataArray([[100.0, 50, 0]], dims=["seed", "image"])
    assert of_classes(values, labels).transpose("seed", "class").values.tolist() == [[50, 50]]
