"""Who is mixed with whom, whose copies a batch has, and which images have labels."""

from collections import Counter

import numpy as np
import pytest
import torch

from stages.core.errors import UserError
from stages.mixmatch.batches import Copies, Mixing, Streams
from stages.mixmatch.images import labelled, unlabelled
from stages.mixmatch.params import Training
from stages.mixmatch.recipe import streams
from tests.conftest import some_images

B, U = 6, 12
X, REST = set(range(B)), set(range(B, B + U))
CPU = torch.device("cpu")
RECIPE = Training(epochs=1, steps=4, batch_size=3, lr=0.1, weight_decay=0.0, average=0.9, pad=0, flip=False)


def drawn(among, alpha=0.75, seed=0):
    order, shares = Mixing(among, alpha, np.random.default_rng(seed)).drawn(B, U, CPU)
    return order.tolist(), shares


@pytest.mark.parametrize(("among", "met"), [
    ("all", None), ("separate", (X, REST)), ("labelled", (X, None)), ("unlabelled", (None, REST)),
    ("none", (None, None)),
])
def test_who_meets_whom(among, met):
    order, shares = drawn(among)
    assert sorted(order) == list(range(B + U))
    torch.testing.assert_close(shares.sum(0), torch.ones(B + U))
    if met is None:
        assert set(order[:B]) - X
        assert ((shares[0] >= 0.5) & (shares[0] < 1)).all()
        return
    for places, those in zip((range(B), range(B, B + U)), met, strict=True):
        stays = [order[place] == place for place in places]
        own = shares[0, list(places)]
        if those is None:
            assert all(stays)
            assert (own == 1).all()
        else:
            assert {order[place] for place in places} == those
            assert not all(stays)
            assert ((own >= 0.5) & (own < 1)).all()


def test_shares_are_the_larger_part_of_a_beta():
    """max(r, 1 - r) of Beta(1, 1), which is uniform, has the mean 3/4; of one r for each image."""
    shares = torch.cat([drawn("all", 1.0, seed)[1][0] for seed in range(300)])
    assert shares.mean().item() == pytest.approx(0.75, abs=0.01)
    assert len(set(shares.tolist())) > 5000
    assert (drawn("all", 0.0)[1][0] == 1).all()


def test_copies_are_of_the_same_images():
    split = some_images(30, (1, 8, 8))
    rng = torch.Generator().manual_seed(0)
    same = Copies(split, rng, 0, False)
    batches = Streams(same, [same, same], None, 5, 3, rng)
    for x, y, u in batches:
        assert torch.equal(u[:5], u[5:])
        for image, label in zip(x, y, strict=True):
            [place] = [i for i, one in enumerate(split.images) if torch.equal(one / 255.0, image)]
            assert split.labels[place] == label
    shifted = Copies(split, rng, 1, False)
    _, _, u = next(iter(Streams(same, [shifted, shifted], None, 5, 3, rng)))
    assert not torch.equal(u[:5], u[5:])
    assert len(batches) == 3


def test_strong_copies_have_a_square_cut_out():
    split = some_images(30, (1, 9, 9))
    fill = torch.full((1, 1, 1, 1), 2.0)
    strong = Copies(split, torch.Generator().manual_seed(0), 0, False, 3, fill)
    x = strong.of(torch.arange(30))
    counts = (x == 2).sum((1, 2, 3))
    assert set(counts.tolist()) <= {4, 6, 9}                 # whole, or clipped at an edge or a corner
    assert counts.max() == 9
    centres = Counter(torch.cat([(strong.of(torch.arange(30)) == 2).flatten(1).nonzero()[:, 1]
                                 for _ in range(60)]).tolist())
    assert len(centres) == 81                                # everywhere
    kept = torch.where(x == 2, split.images / 255.0, x)
    torch.testing.assert_close(kept, split.images / 255.0)


def test_labelled_images_are_the_same_for_all_methods():
    split, found = some_images(40, (1, 8, 8)), {}
    fill = torch.zeros(1, 1, 1, 1)
    for method, options in {
        "supervised": {}, "pi_model": {"weight": 1.0, "ramp": 0.0},
        "mixmatch": {"weight": 1.0, "alpha": 1.0, "copies": 3, "mixing": "all"},
        "fixmatch": {"weight": 1.0, "threshold": 0.9, "pad": 2, "cutout": 3},
    }.items():
        rng = torch.Generator().manual_seed(5)
        given = streams(method, options, split.part(0, 10), split, fill, RECIPE, 1, rng)
        found[method] = list(given)
    assert [(one.pad, one.cutout) for one in given.copies] == [(0, 0), (2, 3)]           # of FixMatch
    for batches in found.values():
        for mine, control in zip(batches, found["supervised"], strict=True):
            assert torch.equal(mine[0], control[0])
            assert torch.equal(mine[1], control[1])
    sizes = {method: [len(part) for part in batches[0]] for method, batches in found.items()}
    assert sizes == {"supervised": [3, 3], "pi_model": [3, 3, 6], "mixmatch": [3, 3, 9, 12, 2],
                     "fixmatch": [3, 3, 6]}
    weak, strong = found["fixmatch"][0][2].chunk(2)
    assert any(torch.equal(weak[0], one / 255.0) for one in split.images)
    assert not any(torch.equal(strong[0], one / 255.0) for one in split.images)


def test_labels_are_balanced_and_fewer_are_among_more():
    split = some_images(100, (1, 8, 8))
    few, many = (labelled(split, n, 10, np.random.default_rng(1)) for n in (20, 60))
    assert few.labels.bincount().tolist() == [2] * 10
    assert many.labels.bincount().tolist() == [6] * 10
    pixels = {bytes(one.numpy().tobytes()) for one in many.images}
    assert len(pixels) == 60
    assert all(one.numpy().tobytes() in pixels for one in few.images)
    other = labelled(split, 20, 10, np.random.default_rng(2))
    assert not torch.equal(few.images, other.images)


@pytest.mark.parametrize(("number", "line"), [
    (25, "25 labels are not a multiple of 10 classes"),
    (110, "11 labels of a class are wanted, but there are 10 images of class 0"),
])
def test_labels_that_cannot_be(number, line):
    with pytest.raises(UserError, match=line):
        labelled(some_images(100, (1, 8, 8)), number, 10, np.random.default_rng(1))


@pytest.mark.parametrize(("share", "others"), [(0.0, 0), (0.5, 20), (1.0, 40)])
def test_unlabelled_images_of_other_classes_are_counted(share, others):
    split = some_images(100, (1, 8, 8))
    found = unlabelled(split, 6, share, np.random.default_rng(0))
    assert (len(found), int((found.labels >= 6).sum())) == (40, others)
    assert len({one.numpy().tobytes() for one in found.images}) == 40
    assert named(found).items() <= named(split).items()


def named(split):
    """The label of each image, by its pixels."""
    return {one.numpy().tobytes(): int(label) for one, label in zip(split.images, split.labels, strict=True)}
