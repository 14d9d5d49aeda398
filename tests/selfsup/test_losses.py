"""NT-Xent, rotations and PIRL's NCE against sums written slowly, and its memory by hand."""

import math

import pytest
import torch
import torch.nn.functional as F

from stages.core.data import Batches, Split
from stages.core.errors import UserError
from stages.selfsup.nets import Encoder
from stages.selfsup.params import Bank
from stages.selfsup.params import Views as Options
from stages.selfsup.pirl import PATCH, drawn_negatives, invariance, nce, patches, pirl, remember, turned
from stages.selfsup.rotnet import Rotated, rotated, rotation
from stages.selfsup.simclr import Views, nt_xent
from stages.selfsup.supervised import Labelled
from tests.conftest import some_images

OPTIONS = Options(scale=0.5, strength=0.5)
BANK = Bank(temperature=0.2, outputs=6, negatives=5, momentum=0.5, share=0.5)


def cosine(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True)) / math.hypot(*a) / math.hypot(*b)


@pytest.mark.parametrize("tau", [0.1, 0.5, 1.0])
def test_nt_xent_is_the_double_loop(tau):
    """Algorithm 1 of the paper: views k and k + n are of one image."""
    n, z = 4, torch.randn(8, 5, dtype=torch.float64)
    rows = z.tolist()
    total = 0.0
    for i in range(2 * n):
        j = (i + n) % (2 * n)
        below = sum(math.exp(cosine(rows[i], rows[k]) / tau) for k in range(2 * n) if k != i)
        total -= math.log(math.exp(cosine(rows[i], rows[j]) / tau) / below)
    assert nt_xent(z, tau).item() == pytest.approx(total / (2 * n), rel=1e-5)


@pytest.mark.parametrize("n", [2, 7])
def test_nt_xent_of_equal_embeddings(n):
    assert nt_xent(torch.ones(2 * n, 3), 0.5).item() == pytest.approx(math.log(2 * n - 1), rel=1e-5)


def test_views_are_two_of_each_image_and_need_another():
    images = torch.arange(6, dtype=torch.uint8).view(6, 1, 1, 1).expand(6, 3, 8, 8) * 40
    split, crops = Split(images, torch.arange(6)), OPTIONS.model_copy(update={"strength": 0.0})
    (x,) = next(iter(Views(Batches(split, 3, torch.Generator()), crops, torch.Generator())))
    level = (x * 255 / 40).round().mean((1, 2, 3))
    assert x.shape == (6, 3, 8, 8)
    assert level[:3].tolist() == level[3:].tolist()
    assert len(set(level.tolist())) == 3
    with pytest.raises(UserError, match="a batch of 1 image has no other image"):
        Views(Batches(split, 1, None), crops, None)


@pytest.mark.parametrize(("batches", "changed"), [(Views, True), (Rotated, False), (Labelled, False)])
def test_whose_colours_change(batches, changed):
    """Whatever is cropped, mirrored or turned, images of one colour stay as they are, if colours do."""
    split = Split(torch.full((8, 3, 8, 8), 102, dtype=torch.uint8), torch.zeros(8, dtype=torch.int64))
    x, *_ = next(iter(batches(Batches(split, 8, torch.Generator()), OPTIONS, torch.Generator())))
    assert ((x - 0.4).abs().max() > 0.05) == changed


def test_rotations_are_exact_and_told_apart():
    x = torch.rand(2, 1, 3, 3)
    for k, turned_by in enumerate(rotated(x)):
        assert torch.equal(turned_by, torch.rot90(x, k, (2, 3)))
    assert rotated(x)[1][0, 0, 0].tolist() == x[0, 0, :, 2].tolist()         # anticlockwise
    batches = Batches(some_images(6, (1, 8, 8)), 3, torch.Generator().manual_seed(1))
    (batch,) = next(iter(Rotated(batches, OPTIONS, torch.Generator().manual_seed(2))))
    assert torch.equal(batch, rotated(batch[:3]).flatten(0, 1))

    def net(images):                                         # knows
        which = [[torch.equal(torch.rot90(one, -k, (1, 2)), batch[i % 3]) for k in range(4)]
                 for i, one in enumerate(images)]
        return 50.0 * torch.tensor(which)

    assert rotation(net, (batch,)).item() == pytest.approx(0, abs=1e-6)
    uninformed = rotation(lambda images: torch.zeros(len(images), 4), (batch,))
    assert uninformed.item() == pytest.approx(math.log(4))


def test_turned_is_one_of_four():
    x = torch.rand(200, 1, 4, 4)
    found = turned(x, torch.Generator().manual_seed(0))
    which = [next(k for k in range(4) if torch.equal(one, torch.rot90(of, k, (1, 2))))
             for one, of in zip(found, x, strict=True)]
    assert min(which.count(k) for k in range(4)) > 30


def test_nce_is_the_sum():
    tau, rows = 0.3, []
    positive, negatives = F.normalize(torch.randn(3, 4), dim=1), F.normalize(torch.randn(3, 5, 4), dim=2)
    v = 2 * torch.randn(3, 4)
    for m, others, one in zip(positive.tolist(), negatives.tolist(), v.tolist(), strict=True):
        e = [math.exp(cosine(of, one) / tau) for of in (m, *others)]
        h = [value / sum(e) for value in e]
        rows.append(-math.log(h[0]) - sum(math.log(1 - value) for value in h[1:]))
    assert nce(positive, negatives, v, tau).item() == pytest.approx(sum(rows) / 3, rel=1e-5)


@pytest.mark.parametrize("count", [1, 8, 100])
def test_nce_begins_where_nothing_is_alike(count):
    z = torch.zeros(2, 4)
    z[:, 0] = 1
    positive, negatives = torch.zeros(2, 4), torch.zeros(2, count, 4)
    positive[:, 1], negatives[:, :, 2] = 1, 1
    wanted = math.log(count + 1) + count * math.log((count + 1) / count)
    assert nce(positive, negatives, z, 0.07).item() == pytest.approx(wanted, rel=1e-5)


def test_the_memory_moves_where_it_was_seen():
    bank, v = F.normalize(torch.randn(5, 3), dim=1), torch.tensor([[0.0, 3.0, 4.0], [2.0, 0.0, 0.0]])
    before = bank.clone()
    remember(bank, torch.tensor([3, 1]), v, 0.75)
    for i, of in ((3, torch.tensor([0.0, 0.6, 0.8])), (1, torch.tensor([1.0, 0.0, 0.0]))):
        mixed = 0.75 * before[i] + 0.25 * of
        torch.testing.assert_close(bank[i], mixed / mixed.norm())
    assert torch.equal(bank[[0, 2, 4]], before[[0, 2, 4]])


def test_negatives_are_all_the_others_evenly():
    index = torch.tensor([0, 3, 5])
    drawn = drawn_negatives(index, 6000, 6, torch.Generator().manual_seed(0))
    for own, row in zip(index.tolist(), drawn, strict=True):
        counts = row.bincount(minlength=6).tolist()
        assert counts.pop(own) == 0
        assert min(counts) > 1100


def test_pieces_of_a_jigsaw_are_cut_out():
    """Where a box is 36 pixels a side, its pieces are slices."""
    x = torch.rand(2, 3, 40, 40)
    shift, order = torch.randint(3, (2, 9, 2)), torch.stack([torch.randperm(9), torch.arange(9)])
    found = patches(x, torch.tensor([[1.0, 2, 36, 36], [4, 0, 36, 36]]), shift, order)
    found = found.view(2, 9, 3, PATCH, PATCH)
    for image, (top, left) in enumerate([(1, 2), (4, 0)]):
        for place, cell in enumerate(order[image].tolist()):
            row = top + 12 * (cell // 3) + shift[image, cell, 0]
            column = left + 12 * (cell % 3) + shift[image, cell, 1]
            torch.testing.assert_close(found[image, place], x[image, :, row : row + 10, column : column + 10])


@pytest.fixture(params=[False, True], ids=["rotation", "jigsaw"])
def parts(request):
    """PIRL's network, a batch and its loss."""
    encoder = Encoder([4, 8], [2, 1], [0.5] * 3, [0.2] * 3)
    made = pirl(request.param, encoder, some_images(12, (3, 16, 16)), 4, OPTIONS, BANK,
                torch.Generator().manual_seed(1))
    return *made, next(iter(made[1]))


def test_lambda_weighs_both_terms(parts):
    net, _, _, batch = parts
    x, copy, index, negatives = batch
    net.eval()
    start = net.bank.clone()
    torch.testing.assert_close(start.norm(dim=1), torch.ones(12))
    terms = [nce(start[index], start[negatives], v, 0.2) for v in (net(x), net.of_copy(copy, 4))]
    for share in (0.0, 0.3, 1.0):
        net.bank.copy_(start)
        found = invariance(BANK.model_copy(update={"share": share}), net, batch)
        torch.testing.assert_close(found, share * terms[1] + (1 - share) * terms[0])
    moved = start.clone()
    remember(moved, index, net(x), 0.5)
    assert torch.equal(net.bank, moved)                      # after the loss, by the image, once
    assert not torch.equal(moved[index], start[index])


def test_without_lambda_the_copy_teaches_nothing(parts):
    net, _, _, batch = parts
    invariance(BANK.model_copy(update={"share": 0.0}), net, batch).backward()
    assert all(not weight.grad.any() for weight in net.g.parameters())
    assert all(weight.grad.any() for weight in net.f.parameters() if weight.dim() > 1)


def test_batches_of_pirl_know_their_images(parts):
    _, batches, _, (x, copy, index, negatives) = parts
    assert (x.shape, negatives.shape) == ((4, 3, 16, 16), (4, 5))
    assert len(copy) == (36 if batches.pieces else 4)
    assert not (negatives == index[:, None]).any()


def test_more_negatives_than_images():
    encoder = Encoder([4], [1], [0.5] * 3, [0.2] * 3)
    with pytest.raises(UserError, match=r"`selfsup.pirl.negatives` is 5, but an image has only 4 others"):
        pirl(False, encoder, some_images(5, (3, 8, 8)), 2, OPTIONS, BANK, None)
