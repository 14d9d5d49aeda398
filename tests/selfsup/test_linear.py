"""Linear probes and votes against scikit-learn, and how far features move against loops."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from stages.core.compute import generator
from stages.core.data import Role, unit
from stages.selfsup.invariance import apart, copies, distance, moved, shuffled
from stages.selfsup.linear import TAU, features, logistic, predicted, right, standardised, voted
from stages.selfsup.nets import Encoder
from stages.selfsup.params import Probe
from tests.conftest import some_images

N, D, C = 80, 6, 4


@pytest.fixture
def data():
    """Features of classes that overlap: train, labels, test."""
    labels = torch.arange(N) % C
    centres = torch.randn(C, D)
    return centres[labels] + torch.randn(N, D), labels, torch.randn(30, D)


@pytest.fixture
def encoder():
    return Encoder([4, 8], [2, 1], [0.5] * 3, [0.2] * 3).eval()


@pytest.mark.parametrize("decay", [0.01, 0.3])
def test_the_linear_layer_is_that_of_scikit_learn(data, decay):
    train, labels, test = data
    x, of_test = standardised(train, test)
    assert x[:, -1].eq(1).all()
    torch.testing.assert_close(x.mean(0)[:-1], torch.zeros(D), atol=1e-6, rtol=0)
    torch.testing.assert_close((of_test[:, :-1] * train.std(0) + train.mean(0)), test)
    known = LogisticRegression(C=1 / (N * decay), fit_intercept=False, tol=1e-8, max_iter=1000)
    known.fit(x.numpy(), labels.numpy())
    weights = logistic(x, labels, C, decay)
    wanted = torch.from_numpy(known.coef_).float().T
    centred = [of - of.mean(1, keepdim=True) for of in (weights, wanted)]
    torch.testing.assert_close(*centred, atol=1e-3, rtol=0)
    assert predicted(train, labels, test, C, decay).tolist() == known.predict(of_test.numpy()).tolist()


@pytest.mark.parametrize("count", [1, 7])
def test_neighbours_vote_as_in_scikit_learn(data, count):
    train, labels, test = data
    known = KNeighborsClassifier(count, metric="cosine", weights=lambda far: np.exp((1 - far) / TAU))
    known.fit(train.numpy(), labels.numpy())
    assert voted(train, labels, test, C, count).tolist() == known.predict(test.numpy()).tolist()


def test_features_are_means_of_blocks(encoder):
    images = some_images(7, (3, 8, 8)).images
    found = features(encoder, images, batch_size=3)
    wanted = [block.mean((2, 3)) for block in encoder.maps(unit(images))]
    assert [block.shape for block in found] == [(7, 4), (7, 8)]
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other)
    torch.testing.assert_close(encoder(unit(images)), wanted[-1])


def test_all_blocks_are_probed(encoder):
    role = Role(some_images(40, (3, 8, 8)), some_images(20, (3, 8, 8), seed=1), list("abcdefghij"), "")
    found = right(encoder, role, Probe(decay=0.1, neighbours=3))
    assert found["linear"][1].shape == (2, 20)
    last = [features(encoder, split.images)[-1] for split in (role.train, role.test)]
    wanted = predicted(last[0], role.train.labels, last[1], 10, 0.1) == role.test.labels
    assert torch.equal(found["linear"][1][1], wanted)
    vote = voted(last[0], role.train.labels, last[1], 10, 3)
    assert torch.equal(found["neighbours"][1], vote == role.test.labels)


def test_distances_are_those_of_all_pairs():
    a = torch.randn(9, 4, dtype=torch.float64)
    pairs = [1 - (a[i] @ a[j] / a[i].norm() / a[j].norm()).item()
             for i in range(9) for j in range(9) if i != j]
    assert apart(a).item() == pytest.approx(np.mean(pairs))
    assert distance(a, -2 * a).tolist() == pytest.approx([2.0] * 9)
    assert distance(a, 3 * a).tolist() == pytest.approx([0.0] * 9)


def test_cells_change_places():
    x, order = torch.rand(2, 3, 32, 32), torch.stack([torch.randperm(9), torch.arange(9)])
    found = shuffled(x, order)
    for image in range(2):
        for place, cell in enumerate(order[image].tolist()):
            to, of = ([10 * (n // 3), 10 * (n % 3)] for n in (place, cell))
            part = found[image, :, to[0] : to[0] + 10, to[1] : to[1] + 10]
            assert torch.equal(part, x[image, :, 1 + of[0] : 11 + of[0], 1 + of[1] : 11 + of[1]])


def test_how_far_features_move(encoder):
    images = some_images(10, (3, 32, 32)).images
    found = copies(images, 0.5, generator(0))
    assert [len(changed) for _, changed in found.values()] == [3, 1, 1]
    x = unit(images)
    assert moved(encoder, x, [x]).abs().max() < 1e-3           # the same
    turned = list(found["rotation"][1])
    assert all(torch.equal(one, torch.rot90(x, k, (2, 3))) for k, one in zip((1, 2, 3), turned, strict=True))
    a, b = features(encoder, x)[1], [features(encoder, one)[1] for one in turned]
    by_hand = sum(distance(a, one) for one in b) / 3 / apart(a)
    torch.testing.assert_close(moved(encoder, *found["rotation"])[1], by_hand)
    still, (cells,) = found["jigsaw"]
    assert torch.equal(still, x[:, :, 1:31, 1:31])
    assert torch.equal(still.flatten(2).sort(2)[0], cells.flatten(2).sort(2)[0])
    assert not torch.equal(found["colour"][1][0], x)
