"""Scores against SciPy and by hand, the search for centres against slow loops, and who comes first."""

import itertools

import numpy as np
import pytest
import scipy.stats
import torch

from stages.core.data import Split
from stages.coreset import selection
from stages.coreset.mislabelled import planted
from stages.coreset.neighbours import nearest_other
from stages.coreset.order import kept, ranked
from stages.coreset.params import CRITERIA
from stages.coreset.selection import entropy, k_centre, scores
from tests.conftest import some_images


def scored(z, monkeypatch, x=None):
    """`scores` of images whose logits are z (n, c) and whose features are x (n, d)."""
    monkeypatch.setattr(selection, "logits", lambda net, images: z)
    monkeypatch.setattr(selection, "features", lambda net, images: z.double() if x is None else x)
    n = len(z)
    return scores(None, torch.zeros(n, 1, 2, 2, dtype=torch.uint8), torch.ones(n).long(), torch.arange(n))


def test_entropy_is_scipys_also_where_a_probability_is_0(monkeypatch):
    z = torch.randn(30, 10) * torch.tensor([0.1, 3.0, 1000.0]).repeat(10)[:, None]
    found = scored(z, monkeypatch)["entropy"].numpy()
    p = scipy.special.softmax(z.double().numpy(), axis=1)
    assert (p == 0).any()
    assert found == pytest.approx(scipy.stats.entropy(p, axis=1), abs=1e-12)
    assert np.isfinite(found).all()
    assert entropy(torch.tensor([[0.0, 1.0, 0.0], [0.5, 0.5, 0.0]])).tolist() == pytest.approx([0, np.log(2)])


def test_confidence_and_margin_by_hand(monkeypatch):
    p = torch.tensor([[0.5, 0.3, 0.2], [0.1, 0.05, 0.85], [0.5, 0.45, 0.05]])
    found = scored(p.log(), monkeypatch)
    assert found["least_confidence"].tolist() == pytest.approx([0.5, 0.15, 0.5])
    assert found["margin"].tolist() == pytest.approx([-0.2, -0.75, -0.05])


def test_the_highest_scores_are_of_the_hardest_images(monkeypatch):
    z = torch.tensor([[9.0, 0, 0], [1.0, 0.9, 0.8], [3.0, 0, 0]])
    found = scored(z, monkeypatch)
    for name in ("entropy", "least_confidence", "margin"):
        assert ranked(found[name], None).tolist() == [1, 2, 0], name
    assert list(found) == list(CRITERIA)


def test_what_was_never_learnt_comes_before_what_was_forgotten(monkeypatch):
    monkeypatch.setattr(selection, "logits", lambda net, images: torch.randn(5, 3))
    monkeypatch.setattr(selection, "features", lambda net, images: torch.randn(5, 3).double())
    learnt, events = torch.tensor([1, 1, 0, 1, 1]), torch.tensor([0, 3, 0, 1, 2])
    found = scores(None, torch.zeros(5, 1, 2, 2, dtype=torch.uint8), learnt, events)["forgetting"]
    assert ranked(found, None).tolist() == [2, 1, 4, 3, 0]


def slow_centres(x):
    """The greedy search by loops over all pairs."""
    mean = x.mean(0)
    order = [min(range(len(x)), key=lambda i: float(((x[i] - mean) ** 2).sum()))]
    while len(order) < len(x):
        rest = [i for i in range(len(x)) if i not in order]
        order.append(max(rest, key=lambda i: min(float(((x[i] - x[j]) ** 2).sum()) for j in order)))
    return order


@pytest.mark.parametrize("n", [1, 2, 25])
def test_centres_are_those_of_a_slow_loop(n, monkeypatch):
    x = torch.randn(n, 3, dtype=torch.float64)
    order = k_centre(x).tolist()
    assert order == slow_centres(x)
    if n > 1:
        found = scored(torch.randn(n, 3), monkeypatch, x)["k_centre"]
        assert ranked(found, None).tolist() == order


def test_equal_points_are_all_taken_once_and_last():
    x = torch.tensor([[0.0], [0.0], [5.0], [0.0], [4.0]])
    order = k_centre(x).tolist()
    assert sorted(order) == list(range(5))
    assert set(order[3:]) == {0, 1, 3} - set(order[:3])


def test_centres_cover_within_twice_the_best():
    """What the greedy search is known for: no choice of as many centres has less than half its radius."""
    x = torch.randn(9, 2, dtype=torch.float64)
    distance = torch.cdist(x, x)

    def radius(centres):
        return distance[:, list(centres)].amin(1).max().item()

    best = min(radius(centres) for centres in itertools.combinations(range(9), 3))
    assert radius(k_centre(x)[:3].tolist()) <= 2 * best + 1e-12


def test_equal_scores_come_in_an_order_of_chance():
    scores = torch.tensor([1.0, 0.0, 1.0, torch.inf])
    orders = {tuple(ranked(scores, torch.Generator().manual_seed(seed)).tolist()) for seed in range(20)}
    assert orders == {(3, 0, 2, 1), (3, 2, 0, 1)}
    same = [ranked(torch.zeros(50), torch.Generator().manual_seed(1)).tolist() for _ in range(2)]
    assert same[0] == same[1] != list(range(50))
    assert sorted(same[0]) == list(range(50))


@pytest.mark.parametrize(("fraction", "n"), [(0.3, 3), (0.5, 5), (0.25, 2), (1.0, 10), (0.01, 1)])
def test_as_many_are_kept_as_the_fraction_says(fraction, n):
    order = torch.randperm(10)
    found = kept(order, fraction)
    assert found.tolist() == sorted(order[:n].tolist())


def test_the_nearest_other_image_by_a_loop():
    images = some_images(12, (1, 4, 4)).images
    images[7] = images[2]
    x = images.double().flatten(1) / 255
    expected = [min(((one - other) ** 2).mean().sqrt().item() for other in (*x[:i], *x[i + 1 :]))
                for i, one in enumerate(x)]
    assert nearest_other(images, batch_size=5).numpy() == pytest.approx(expected, abs=1e-3)
    assert expected[2] == expected[7] == 0


@pytest.mark.parametrize(("share", "n"), [(0.05, 100), (0.2, 400), (0.9, 1800)])
def test_as_many_labels_are_wrong_as_wanted_and_each_other_class_is_as_likely(share, n):
    labels = torch.arange(2000) % 5
    found, wrong = planted(labels, 5, share, torch.Generator().manual_seed(0))
    assert torch.equal(found != labels, wrong == 1)
    assert wrong.sum() == n
    shift = ((found - labels) % 5)[wrong == 1].bincount(minlength=5)
    assert shift[0] == 0
    assert scipy.stats.chisquare(shift[1:]).pvalue > 1e-3
    other, _ = planted(labels, 5, share, torch.Generator().manual_seed(1))
    assert not torch.equal(found, other)


def test_a_split_is_not_changed_by_planting():
    split = Split(some_images(20).images, torch.arange(20) % 10)
    before = split.labels.clone()
    planted(split.labels, 10, 0.5, torch.Generator())
    assert torch.equal(split.labels, before)
