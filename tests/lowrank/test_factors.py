"""Low ranks against NumPy, another algorithm, and the limits in which nothing is cut."""

import copy

import numpy as np
import pytest
import torch

from stages.core.data import Batches, Role
from stages.core.errors import UserError
from stages.core.params import Recipe
from stages.core.recipe import fit
from stages.core.scores import correct, logits
from stages.lowrank import recipe as training
from stages.lowrank.factors import decomposed, factorised, left_out
from stages.lowrank.nets import Perceptron, layer, perceptron, summary
from stages.lowrank.recipe import judged, train
from stages.lowrank.spectrum import at_every_rank
from tests.conftest import some_images

GREY = {"mean": [0.3], "std": [0.5]}
RECIPE = Recipe(epochs=2, batch_size=10, lr=0.05, momentum=0.9, weight_decay=1e-4)
MOST = [30, 20, 10]                                          # ranks of the network below


@pytest.fixture
def role():
    return Role(some_images(40, (1, 6, 6)), some_images(30, (1, 6, 6), seed=1), list("abcdefghij"), "random")


@pytest.fixture
def net(role):
    return perceptron(role, [30, 20]).eval()


def products(net):
    """The matrix that each pair of factors is, in float64."""
    return [(outer.weight.double() @ inner.weight.double()).detach() for inner, outer in net.layers]


@pytest.mark.parametrize("ranks", [[1, 1, 1], [5, 12, 3], [29, 19, 9]])
def test_the_distance_is_what_the_singular_values_beyond_the_rank_say(net, ranks):
    made = products(factorised(net, decomposed(net), ranks))
    for whole, product, (_, s, _), k in zip(net.layers, made, decomposed(net), ranks, strict=True):
        w = whole.weight.detach().double()
        theirs = np.linalg.svd(w.numpy(), compute_uv=False)
        assert s.numpy() == pytest.approx(theirs)
        distance = (w - product).norm().item()
        assert distance == pytest.approx((theirs[k:] ** 2).sum() ** 0.5, rel=1e-5)
        assert left_out(s)[k - 1].item() == pytest.approx(distance / w.norm().item(), rel=1e-5)
        assert np.linalg.matrix_rank(product.numpy(), tol=1e-4) == k


def test_no_other_matrix_of_the_rank_is_nearer(net):
    """Alternating least squares, which knows no singular values, ends as near and no nearer."""
    w, k = net.layers[2].weight.detach().double(), 4
    a, distances = torch.randn(10, k, dtype=torch.float64), []
    for _ in range(100):
        b = torch.linalg.pinv(a) @ w
        a = w @ torch.linalg.pinv(b)
        distances.append((w - a @ b).norm().item())
    ours = (w - products(factorised(net, decomposed(net), [1, 1, k]))[2]).norm().item()
    assert min(distances) > ours * (1 - 1e-6)
    assert distances[-1] == pytest.approx(ours, rel=1e-3)
    assert distances[0] > 1.01 * ours


def test_what_is_left_out_by_hand():
    assert left_out(torch.tensor([12.0, 4.0, 3.0])).tolist() == pytest.approx([5 / 13, 3 / 13, 0])


def test_at_full_rank_it_is_the_network(net, role):
    made = factorised(net, decomposed(net), MOST)
    mine, whole = (logits(one, role.test.images) for one in (made, net))
    torch.testing.assert_close(mine, whole, rtol=0, atol=1e-6)
    for rank in ([None, 20, None], [30, None, 10]):
        part = logits(factorised(net, decomposed(net), rank), role.test.images)
        torch.testing.assert_close(part, whole, rtol=0, atol=1e-6)


def test_both_factors_are_as_large(net):
    for inner, outer in factorised(net, decomposed(net), [7, 7, 7]).layers:
        assert inner.weight.norm().item() == pytest.approx(outer.weight.norm().item(), rel=1e-5)
        assert inner.bias is None


def test_there_is_nothing_between_two_factors():
    pair = layer(3, 3, 2)
    x = torch.randn(50, 3)
    mirrored = pair(-x) - pair[1].bias
    torch.testing.assert_close(mirrored, pair[1].bias - pair(x))             # odd, which no activation leaves


def test_a_network_of_whole_matrices_by_hand(net, role):
    x = role.test.images.float() / 255
    z = ((x - net.mean) / net.std).flatten(1)
    for linear in net.layers[:-1]:
        z = (z @ linear.weight.T + linear.bias).clamp(min=0)
    torch.testing.assert_close(net(x), z @ net.layers[2].weight.T + net.layers[2].bias)


@pytest.mark.parametrize(("ranks", "parameters"), [
    ([None, None, None], 84_060), ([50, 25, 5], 48_410), ([25, 12, 2], 24_180), ([12, 6, 1], 11_728),
])
def test_parameters_are_those_counted_by_hand(ranks, parameters):
    net = Perceptron([784, 100, 50, 10], ranks, **GREY)
    assert sum(weight.numel() for weight in net.parameters()) == parameters
    assert sum(count for _, count in summary(net)) == parameters


def test_a_summary_names_units_and_rank():
    assert summary(Perceptron([784, 100, 10], [12, None], **GREY)) == [
        ("784 → 12 → 100", 784 * 12 + 12 * 100 + 100), ("100 → 10", 1_010),
    ]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_matrix_alone_at_every_rank(net, role, number):
    triples = decomposed(net)
    before = copy.deepcopy(net.state_dict())
    found = at_every_rank(net, triples[number], number, role.test)
    assert found.shape == (MOST[number], 30)
    for k in range(1, MOST[number] + 1):
        ranks = [k if i == number else None for i in range(3)]
        alone = factorised(net, triples, ranks)
        assert torch.equal(found[k - 1], correct(logits(alone, role.test.images), role.test.labels)), k
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_training_is_plain_training_to_the_bit_and_its_history_is_of_the_network_as_it_is(role, monkeypatch):
    kept = {}
    monkeypatch.setattr(training, "keep", lambda name, seed, net, history: kept.update({name: history}))
    torch.manual_seed(1)
    mine = perceptron(role, [30, 20], [5, 5, 5])
    control = copy.deepcopy(mine)
    train(mine, role, RECIPE, RECIPE.epochs, 3, "mine")
    fit(control, Batches(role.train, 10, torch.Generator().manual_seed(3)), RECIPE, "control")
    assert all(map(torch.equal, mine.parameters(), control.parameters()))
    assert not mine.training
    first, last = kept["lowrank/mine"]
    assert first["train_loss"] != last["train_loss"]
    for name, split in {"train": role.train, "test": role.test}.items():
        z = control.eval()(split.images / 255).double()
        assert last[f"{name}_loss"] == pytest.approx(
            torch.nn.functional.cross_entropy(z, split.labels).item(), rel=1e-5)
        assert last[f"{name}_accuracy"] == pytest.approx(
            100 * (z.argmax(1) == split.labels).double().mean().item())


def test_confusion_by_a_loop(net, role):
    found = judged(net, role.test)
    z = net(role.test.images / 255)
    counts = torch.zeros(10, 10, dtype=torch.int64)
    for label, one in zip(role.test.labels, z, strict=True):
        counts[label, one.argmax()] += 1
    assert torch.equal(found["confusion"], counts)
    assert found["confusion"].trace() == found["right"].sum()


@pytest.mark.parametrize("ranks", [[31, 5, 5], [5, 21, 5], [5, 5, 11], [0, 5, 5]])
def test_a_rank_that_its_matrix_cannot_have(role, ranks):
    with pytest.raises(UserError, match=r"rank (31|21|11|0) of a weight matrix .* from 1 to (30|20|10);"):
        perceptron(role, [30, 20], ranks)
