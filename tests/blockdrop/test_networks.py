"""Parts left out, against core's ResNet, blocks taken out by hand, and all paths one by one."""

import copy
import itertools
import random

import pytest
import torch
import torch.nn.functional as F
from scipy.stats import kendalltau
from torch import nn

from stages.blockdrop import lesions
from stages.blockdrop.gates import Gated, scattered, survival, without
from stages.blockdrop.lesions import alone, several, shuffled, spared, swapped
from stages.blockdrop.nets import Droppable, narrows, right
from stages.blockdrop.params import Dropping
from stages.blockdrop.paths import along, gradient, norms
from stages.blockdrop.trained import drawing, kept_share, scaled
from stages.core import compute
from stages.core.data import unit
from stages.core.errors import UserError
from stages.core.nets import ResNet
from tests.conftest import some_images

GREY = {"classes": 10, "mean": [0.4], "std": [0.3]}
TEST = some_images(30, (1, 12, 12))


def made(kind, pool=1):
    """A network of 6 blocks, or 12 layers, whose batch norm has seen images and has weights of its own."""
    torch.manual_seed(1)
    net = Droppable(kind, 14, 4, pool, **GREY)
    with torch.no_grad():
        for layer in net.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.weight.uniform_(0.5, 1.5)
                layer.bias.uniform_(-0.5, 0.5)
        net(unit(TEST.images))
        net.eval()
        net.linear.bias -= net(unit(TEST.images)).mean(0)    # or it would take all images for one class
    return net


@pytest.fixture(params=["residual", "vgg"])
def net(request):
    return made(request.param)


@pytest.fixture
def residual():
    return made("residual")


def parts(net):
    return len(net.blocks)


@pytest.mark.parametrize("mode", [True, False])
@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_with_all_gates_on_it_is_cores_network_bit_for_bit(residual, mode, precision, monkeypatch):
    monkeypatch.setattr(compute, "_precision", precision)
    torch.manual_seed(1)
    plain = ResNet(14, 4, **GREY)
    plain.load_state_dict(residual.state_dict())
    x, gates = unit(TEST.images), [None, torch.ones(6), torch.ones(len(TEST), 6)]
    plain.train(mode)
    with compute.mixed():
        want = plain(x)
    want.sum().backward()
    for each in gates:
        net = copy.deepcopy(residual).train(mode)
        with compute.mixed():
            z = net(x, each)
        z.sum().backward()
        assert torch.equal(z, want)
        for (name, weight), theirs in zip(net.named_parameters(), plain.parameters(), strict=True):
            assert torch.equal(weight.grad, theirs.grad), name


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_gates_of_a_vgg_all_on_change_nothing(precision, monkeypatch):
    monkeypatch.setattr(compute, "_precision", precision)
    net, x = made("vgg"), unit(TEST.images)
    with compute.mixed():
        assert torch.equal(net(x, torch.ones(12)), net(x))


def test_both_have_as_many_convolutions():
    for kind, number, narrowing in ("residual", 6, [2, 4]), ("vgg", 12, [4, 8]):
        net = made(kind)
        assert sum(isinstance(layer, nn.Conv2d) for layer in net.modules()) == 13
        assert parts(net) == number
        assert narrows(net).nonzero().flatten().tolist() == narrowing


def by_hand(kind, net, x, gone):
    """Logits with the parts `gone` taken out of the list of parts, and shortcuts of slices and zeros."""
    x = net.stem(x)
    for i, part in enumerate(net.blocks):
        if i not in gone:
            x = part(x)
        elif part.stride == 2:
            x = x[:, :, ::2, ::2] if kind == "residual" else F.max_pool2d(x, 2)
            zeros = torch.zeros_like(x[:, : x.shape[1] // 2])
            x = torch.cat([zeros, x, zeros], 1)
    return net.head(x)


@pytest.mark.parametrize("kind", ["residual", "vgg"])
@pytest.mark.parametrize("gone", [[0], [2], [4], [5], [1, 2, 3], range(6)])
def test_a_part_left_out_is_the_identity(kind, gone):
    net, x = made(kind), unit(TEST.images)
    assert torch.equal(net(x, without(parts(net), gone)), by_hand(kind, net, x, gone))


def test_every_image_has_its_own_gates(net):
    x, rng = unit(TEST.images), torch.Generator().manual_seed(3)
    gates = scattered(torch.arange(len(x)) % (parts(net) + 1), parts(net), rng)
    together = net(x, gates)
    for i in range(len(x)):
        assert torch.allclose(together[i], net(x[i : i + 1], gates[i])[0], atol=1e-5)
    found = right(net, TEST, gates, batch_size=7)
    assert torch.equal(found, together.argmax(1) == TEST.labels)


def test_images_are_made_smaller_by_means_of_pixels():
    x = unit(TEST.images)
    means = (x[:, :, ::2, ::2] + x[:, :, 1::2, ::2] + x[:, :, ::2, 1::2] + x[:, :, 1::2, 1::2]) / 4
    assert torch.allclose(made("residual", pool=2)(x), made_like(2)(means), atol=1e-5)


def made_like(pool):
    """The network that sees images `pool` times smaller, as one that sees them whole."""
    small, net = made("residual", pool), Droppable("residual", 14, 4, 1, **GREY)
    net.load_state_dict(small.state_dict())
    return net.eval()


def test_training_mode_is_refused(residual):
    with pytest.raises(AssertionError, match="eval"):
        right(residual.train(), TEST)


def test_random_gates_are_as_many_as_asked_and_all_sets_are_as_likely():
    rng = torch.Generator().manual_seed(0)
    gates = scattered(torch.full((6000,), 2), 4, rng)
    assert (gates.sum(1) == 2).all()
    counts = gates.long() @ torch.tensor([8, 4, 2, 1])
    seen = counts.bincount(minlength=16)[[3, 5, 6, 9, 10, 12]]
    assert seen.sum() == 6000
    assert ((seen - 1000).square() / 1000).sum() < 20.5      # chi squared, 5 degrees of freedom, 0.1 %


def test_a_part_that_is_not_there():
    assert without(4, [1, 3]).tolist() == [1, 0, 1, 0]
    for gone in ([4], [-1]):
        with pytest.raises(UserError, match="cannot be left out: the network has parts 0 to 3"):
            without(4, gone)


def test_blocks_survive_as_the_paper_says():
    assert survival(4, 0.2).tolist() == pytest.approx([0.8, 0.6, 0.4, 0.2])
    dropping = Dropping(survival=0.2, short=1)
    batches = Gated([(torch.zeros(3), torch.zeros(3))] * 2000, None)
    for name, want in {"stochastic": [0.8, 0.6, 0.4, 0.2], "short": [0.25] * 4}.items():
        share = kept_share(name, 4, dropping)
        assert share.tolist() == pytest.approx(want)
        batches.draw = drawing(name, share, dropping, torch.Generator().manual_seed(0))
        gates = torch.stack([batch[2] for batch in batches])
        assert gates.mean(0).tolist() == pytest.approx(want, abs=0.04)
        assert (gates.sum(1) == 1).all() == (name == "short")
    assert kept_share("residual", 4, dropping) is None


def test_tested_whole_a_residual_counts_as_often_as_it_was_there(residual):
    share, x = torch.tensor([1.0, 0.9, 0.5, 0.25, 1.0, 0.5]), unit(TEST.images)
    z = scaled(residual, share)(x)
    h = residual.stem(x)
    for block, p in zip(residual.blocks, share, strict=True):
        h = F.relu(p * block.residual(h) + block.shortcut(h))
    assert torch.allclose(z, residual.head(h), atol=1e-5)


def test_one_part_and_several(net):
    x, rng = unit(TEST.images), torch.Generator().manual_seed(0)
    found = alone(net, TEST)
    kind = net.shape["kind"]
    for i in range(parts(net)):
        assert torch.equal(found[i], by_hand(kind, net, x, [i]).argmax(1) == TEST.labels)
    none, every = several(net, TEST, [0, parts(net)], rng)
    assert (none == right(net, TEST)).all()
    assert (every == (by_hand(kind, net, x, range(parts(net))).argmax(1) == TEST.labels)).all()


def test_only_parts_of_one_shape_are_exchanged(net):
    rng, shapes = random.Random(0), [[weight.shape for weight in part.parameters()] for part in net.blocks]
    for swaps in (1, 3):
        for _ in range(20):
            order = swapped(net, swaps, rng)
            assert sorted(order) == list(range(parts(net)))
            assert [shapes[i] for i in order] == shapes
            assert [net.blocks[i].stride for i in order] == [part.stride for part in net.blocks]
            if swaps == 1:
                assert sum(i != place for place, i in enumerate(order)) == 2


def test_networks_with_parts_exchanged_and_scipys_tau_of_their_orders(net):
    found, tau = shuffled(net, TEST, [1, 2], 3, random.Random(5))
    rng, x = random.Random(5), unit(TEST.images)
    for i, swaps in enumerate([1, 2]):
        for draw in range(3):
            order = swapped(net, swaps, rng)
            assert tau[i, draw] == pytest.approx(kendalltau(order, sorted(order)).statistic)
            moved = copy.deepcopy(net)
            moved.blocks = nn.ModuleList(net.blocks[j] for j in order)
            assert torch.equal(found[i, draw], moved(x).argmax(1) == TEST.labels)


def test_a_block_that_does_nothing_can_best_be_spared(residual):
    """With labels that are the network's own predictions, whatever changes one costs."""
    with torch.no_grad():
        for i in (3, 1):
            residual.blocks[i].norm2.weight.zero_()
            residual.blocks[i].norm2.bias.zero_()
    own = type(TEST)(TEST.images, residual(unit(TEST.images)).argmax(1))
    gone = spared(residual, own)
    assert set(gone[:2]) == {1, 3}
    assert len(set(gone)) == 5


def test_what_is_spared_next_depends_on_what_is_gone(residual, monkeypatch):
    """Of the first two blocks one can go for nothing, both for ten images; the others cost 2, 5, 6, 7."""
    def right_of_forty(net, split, gates):
        gone = (1 - gates).tolist()
        lost = 10 * gone[0] * gone[1] + 2 * gone[2] + 5 * gone[3] + 6 * gone[4] + 7 * gone[5]
        return torch.arange(40) >= lost

    monkeypatch.setattr(lesions, "right", right_of_forty)
    assert spared(residual, TEST) == [0, 2, 3, 4, 5]


@pytest.fixture
def exact(residual):
    """A network, two images and their labels in float64."""
    return residual.double(), unit(TEST.images[:2]).double(), TEST.labels[:2]


def test_all_paths_together_are_the_networks_gradient(exact):
    net, x, labels = exact
    assert torch.equal(along(net, x, torch.ones(2, 6)), net(x))
    leaf = x.clone().requires_grad_()
    whole = torch.autograd.grad(F.cross_entropy(net(leaf), labels, reduction="sum"), leaf)[0]
    paths = torch.tensor(list(itertools.product([0.0, 1.0], repeat=6)))
    total = sum(gradient(net, x, labels, path.expand(2, 6)) for path in paths)
    assert torch.allclose(total, whole, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("path", [[0] * 6, [1] * 6, [1, 0, 0, 0, 0, 0], [0, 1, 1, 0, 1, 0]])
def test_a_path_goes_through_residuals_at_one_and_skips_at_zero(exact, path):
    net, x, labels = exact
    leaf = x.clone().requires_grad_()
    h = net.stem(leaf)
    for block, through in zip(net.blocks, path, strict=True):
        residual, shortcut = block.residual(h), block.shortcut(h)
        h = F.relu(residual + shortcut.detach() if through else residual.detach() + shortcut)
    want = torch.autograd.grad(F.cross_entropy(net.head(h), labels, reduction="sum"), leaf)[0]
    assert torch.allclose(gradient(net, x, labels, torch.tensor([path, path])), want, rtol=1e-10, atol=1e-15)


def test_norms_of_each_length_and_image(residual):
    split, rng = TEST.part(0, 2), torch.Generator().manual_seed(0)
    found = norms(residual, split, 3, rng)
    assert found.shape == (7, 3, 2)
    x = unit(split.images)
    for length, path in (0, torch.zeros(2, 6)), (6, torch.ones(2, 6)):
        want = gradient(residual, x, split.labels, path).flatten(1).double().square().sum(1).sqrt()
        assert torch.allclose(found[length], want.expand(3, 2), rtol=1e-5)
    one = torch.stack([gradient(residual, x, split.labels, row.expand(2, 6)).flatten(1).double().norm(dim=1)
                       for row in torch.eye(6)])
    for draw in found[1]:
        assert all((one[:, i] - draw[i]).abs().min() < 1e-5 * draw[i] for i in range(2))
