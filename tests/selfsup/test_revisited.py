"""Scenes and long tails counted, crops that overlap, and losses that add to SimCLR's and become it."""

import math
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from stages.core.data import Batches, Split
from stages.core.errors import UserError
from stages.selfsup.augment import boxes
from stages.selfsup.labels import labelled
from stages.selfsup.nets import Encoder, Headed
from stages.selfsup.params import Contrast, Crops
from stages.selfsup.params import Views as Options
from stages.selfsup.revisited import (
    LARGE,
    Later,
    MultiCrops,
    Unlike,
    multi_contrast,
    near,
    nearest,
    neighbours,
    overlap,
    scenes,
    tail_counts,
    taken,
    unbalanced,
    with_neighbours,
)
from stages.selfsup.simclr import Views, nt_xent
from tests.conftest import some_images

OPTIONS, CONTRAST = Options(scale=0.3, strength=0.5), Contrast(temperature=0.5, outputs=6)
CROPS = Crops(large=12, small=8, count=2, overlap=0.5)


def rng(seed=1):
    return torch.Generator().manual_seed(seed)


def test_scenes_are_windows_of_four_images():
    """Images of one level each: every scene has a cross of four levels, as long as its window says."""
    levels = torch.arange(50, dtype=torch.uint8).view(50, 1, 1, 1).expand(50, 3, 8, 8)
    found = scenes(Split(levels, torch.arange(50)), rng())
    assert found.images.shape == levels.shape
    cuts = set()
    for scene in found.images[:, 0]:
        down, right = (min(len(line[line == line[0]]) for line in (of[:, 0], of[:, -1]))
                       for of in (scene, scene.T))          # of both, as two of four may be the same image
        for part in (scene[:down, :right], scene[down:, :right], scene[:down, right:], scene[down:, right:]):
            assert part.numel() == 0 or part.unique().numel() == 1
        cuts |= {down, right}
    assert cuts - {8} == {2, 3, 4, 5, 6}                     # a quarter of an image at least


def test_long_tail():
    wanted = [int(100 * 20 ** (-c / 9)) for c in range(10)]
    assert tail_counts(100, 10, 20.0) == wanted
    assert (wanted[0], wanted[-1]) == (100, 5)
    split = some_images(300, (1, 4, 4))
    found = {even: unbalanced(split, 10, 5.0, even, rng(3)) for even in (False, True)}
    counts = {even: one.labels.bincount(minlength=10).tolist() for even, one in found.items()}
    assert sorted(counts[False], reverse=True) == tail_counts(30, 10, 5.0)
    assert counts[False] != sorted(counts[False], reverse=True)              # classes in another order
    assert sum(counts[True]) == sum(counts[False])
    assert max(counts[True]) - min(counts[True]) <= 1


def test_taken_images_keep_their_labels():
    split = some_images(60, (1, 4, 4))
    found = taken(split, [2] * 10, rng())
    assert found.labels.tolist() == [c for c in range(10) for _ in range(2)]
    for image, label in zip(found.images, found.labels, strict=True):
        at = [i for i in range(60) if torch.equal(split.images[i], image)]
        assert split.labels[at].tolist() == [label]
    assert len(found.images.flatten(1).unique(dim=0)) == 20


@pytest.mark.parametrize(("percent", "each"), [(1, 1), (10, 2), (100, None)])
def test_labels_are_balanced(percent, each):
    split = some_images(200, (1, 4, 4))
    found = labelled(split, 10, percent, rng())
    counts = found.labels.bincount(minlength=10).tolist()
    assert counts == [each or 20] * 10


def test_overlap_counts_pixels():
    a, b = (boxes(200, 16, (0.02, 0.5), rng(seed)).int().tolist() for seed in (1, 2))
    for one, key in zip(a, b, strict=True):
        mask = torch.zeros(2, 16, 16)
        for i, (top, left, height, width) in enumerate((one, key)):
            mask[i, top : top + height, left : left + width] = 1
        wanted = (mask.prod(0).sum() / mask[0].sum()).item()
        assert overlap(torch.tensor(one).float(), torch.tensor(key).float()).item() == pytest.approx(wanted)


def test_small_crops_are_near_the_key():
    key = boxes(2000, 28, LARGE, rng())
    free, constrained = (overlap(near(key, 28, least, rng(2)), key) for least in (0.0, 0.9))
    assert (free < 0.9).float().mean() > 0.3
    assert (constrained < 0.9).float().mean() < 0.05         # ten tries
    assert torch.equal(near(key, 28, 0.0, rng(2)), near(key, 28, 0.0, rng(2)))


def toy():
    encoder = Encoder([4, 8], [2, 1], [0.5] * 3, [0.2] * 3)
    return Headed(encoder, head=nn.Linear(8, 6))


def test_multi_crop_compares_all_with_the_key():
    net = toy()
    batches = MultiCrops(Batches(some_images(8, (3, 16, 16)), 4, rng()), OPTIONS, CROPS, rng())
    large, small = next(iter(batches))
    assert (large.shape, small.shape) == ((8, 3, 12, 12), (8, 3, 8, 8))
    a, b = net(large), net(small)
    terms = [nt_xent(torch.cat([z, a[4:]]), 0.5) for z in (a[:4], b[:4], b[4:])]
    torch.testing.assert_close(multi_contrast(0.5, net, (large, small)), sum(terms) / 3)


def test_stronger_by_nothing_is_simclr():
    made = []
    for kind in (Views, partial(Unlike, strength=0.5), partial(Unlike, strength=1.0)):
        images = Batches(some_images(8, (3, 16, 16)), 4, rng())
        made.append(next(iter(kind(images, OPTIONS, rng=rng())))[0])
    assert torch.equal(made[0], made[1])
    same = [torch.equal(a, b) for a, b in zip(made[0], made[2], strict=True)]
    assert not all(same[:4])
    assert all(same[4:])                                     # the key is as it was


@pytest.mark.parametrize("count", [1, 3])
def test_neighbours_by_a_loop(count):
    tau, z, h = 0.3, torch.randn(8, 5), torch.randn(8, 4)
    total = 0.0
    for i in range(8):
        own, alike = {i, (i + 4) % 8}, F.cosine_similarity(h[i], h)
        chosen = sorted(set(range(8)) - own, key=lambda k: -alike[k])[:count]
        e = (F.cosine_similarity(z[i], z) / tau).exp()
        total -= sum(math.log(e[k] / (e.sum() - e[i])) for k in chosen) / count
    assert nearest(z, h, tau, count).item() == pytest.approx(total / 8, rel=1e-4)


def test_neighbours_without_weight_are_simclr():
    net, batch = toy(), (torch.rand(8, 3, 16, 16),)
    none = with_neighbours(0.5, 2, torch.tensor(0.0), net, batch)
    assert torch.equal(none, nt_xent(net(batch[0]), 0.5))
    found, more = net.encoder(batch[0]), with_neighbours(0.5, 2, torch.tensor(0.4), net, batch)
    torch.testing.assert_close(more - none, 0.4 * nearest(net.head(found), found, 0.5, 2))


def test_features_choose_neighbours_without_gradient():
    z, h = torch.randn(8, 5), torch.randn(8, 4, requires_grad=True)
    assert not nearest(z, h, 0.5, 2).requires_grad


def test_the_weight_comes_later():
    weight = torch.tensor(7.0)
    steps = Later(torch.optim.SGD([torch.zeros(1)], 0.1), weight, 0.4, 2.5)
    seen = []
    for taken_before in range(5):
        steps.before(taken_before)
        seen.append(round(weight.item(), 6))
    assert seen == [0.0, 0.0, 0.0, 0.4, 0.4]


def test_more_neighbours_than_a_batch_has():
    encoder = Encoder([4], [1], [0.5] * 3, [0.2] * 3)
    with pytest.raises(UserError, match=r"neighbours.count` is 7, but a batch has 6 views of other images"):
        neighbours(7, torch.tensor(0.0), encoder, some_images(8, (3, 8, 8)), 4, OPTIONS, CONTRAST, rng())
