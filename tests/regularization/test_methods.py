"""Cutout, mixup and the rotation loss: cases by hand, slow loops, expectations, and limits that are plain
training.
"""

import numpy as np
import pytest
import scipy.stats
import torch
import torch.nn.functional as F
from torch import nn

from stages.core.compute import start
from stages.core.cutout import Cut, cut
from stages.core.data import Batches, Role, unit
from stages.core.mixup import Mixed, mixed_images, mixup
from stages.core.nets import ResNet, resnet
from stages.core.params import Training
from stages.core.recipe import augmented, fit
from stages.core.train import cross_entropy
from stages.regularization.recipe import trained
from stages.regularization.rotation import (
    rotation_accuracy,
    rotation_head,
    rotation_loss,
    rotations,
    with_rotation,
)
from tests.conftest import change, some_images

RECIPE = Training(depth=8, width=4, epochs=2, batch_size=20, lr=0.1, momentum=0.9, weight_decay=5e-4,
                  pad=4, flip=True)
ONE_STEP = RECIPE.model_copy(update={"epochs": 1, "batch_size": 60, "pad": 0, "flip": False})
FILL = torch.tensor([0.2, 0.4, 0.6]).view(1, 3, 1, 1)


@pytest.fixture
def role():
    return Role(some_images(60), some_images(20, seed=1), list("abcdefghij"), "random images")


@pytest.mark.parametrize("size", [1, 4, 5, 16, 32])
def test_a_square_pixel_by_pixel(size):
    x, centres = torch.rand(4, 3, 32, 32), torch.tensor([[16, 0, 31, 3], [16, 31, 0, 28]])
    found = cut(x, centres, size, FILL)
    for image, row, column, result in zip(x, *centres.tolist(), found, strict=True):
        wanted = image.clone()
        for i in range(row - size // 2, row - size // 2 + size):
            for j in range(column - size // 2, column - size // 2 + size):
                if 0 <= i < 32 and 0 <= j < 32:              # clipped at the border, not moved inside
                    wanted[:, i, j] = FILL.flatten()
        assert torch.equal(result, wanted)


def test_the_area_that_is_cut():
    x = torch.ones(3, 3, 32, 32)
    found = cut(x, torch.tensor([[16, 0, 0], [16, 16, 0]]), 8, torch.zeros(1, 3, 1, 1))
    assert (found == 0).sum((1, 2, 3)).tolist() == [3 * 64, 3 * 32, 3 * 16]      # inside, edge, corner


def test_the_mean_area_over_all_centres():
    """Of 32 centres in a line, 28 keep a segment of 8 whole; at the ends 4, 5, 6, 7 and 7, 6, 5 are left."""
    rows, columns = np.divmod(np.arange(32 * 32), 32)
    found = cut(torch.ones(1024, 1, 32, 32), torch.tensor(np.stack([rows, columns])), 8, torch.zeros(1))
    segment = (25 * 8 + (4 + 5 + 6 + 7) + (7 + 6 + 5)) / 32
    assert (found == 0).double().sum().item() / 1024 == pytest.approx(segment**2)


def test_centres_are_uniform_over_the_image(role):
    cuts = Cut(Batches(role.train, 60, torch.Generator()), 1, torch.full((1, 3, 1, 1), 7.0),
               np.random.default_rng(0))
    counts = sum((x == 7).all(1).sum(0) for _ in range(400) for x, _ in cuts).double()
    assert counts.sum() == 400 * 60                          # one pixel an image
    chi_square = ((counts - 24000 / 1024) ** 2 / (24000 / 1024)).sum().item()
    assert scipy.stats.chi2.ppf(0.0005, 1023) < chi_square < scipy.stats.chi2.ppf(0.9995, 1023)


def test_after_normalisation_the_square_is_0(role):
    net = resnet(role, 8, 4)
    x = cut(torch.rand(2, 3, 32, 32), torch.tensor([[16, 16], [16, 16]]), 8, net.mean)
    normalised = (x - net.mean) / net.std
    assert torch.equal(normalised[:, :, 12:20, 12:20], torch.zeros(2, 3, 8, 8))
    assert (normalised == 0).sum() == 2 * 3 * 64


class Fixed:
    """Stands for NumPy's generator: a known ratio and order."""

    def __init__(self, ratio, order):
        self.ratio, self.order = ratio, np.array(order)

    def beta(self, a, b):
        return self.ratio

    def permutation(self, n):
        return self.order


def test_mixed_images_by_hand():
    x = torch.tensor([0.0, 1.0, 0.5]).view(3, 1, 1, 1)
    found = mixed_images(x, torch.tensor([1, 2, 0]), torch.tensor([0.75, 0.25])).flatten()
    torch.testing.assert_close(found, torch.tensor([0.25, 0.875, 0.375]))


def test_the_loss_is_cross_entropy_with_mixed_labels():
    net, x = nn.Sequential(nn.Flatten(), nn.Linear(12, 4)).double(), torch.rand(3, 3, 2, 2).double()
    order, y = [2, 0, 1], torch.tensor([0, 1, 3])
    labels = F.one_hot(y, 4).double()
    mixed_x, mixed_y = 0.7 * x + 0.3 * x[order], 0.7 * labels + 0.3 * labels[order]
    wanted = -(mixed_y * net(mixed_x).log_softmax(1)).sum(1).mean()
    (batch,) = Mixed([(x, y)], 1.0, Fixed(0.7, order))
    assert mixup(net, batch).item() == pytest.approx(wanted.item(), rel=1e-6)


def test_the_ratio_is_from_the_beta_distribution():
    ratios, x = [], torch.eye(4).view(4, 4, 1, 1)

    class Net(nn.Module):
        def forward(self, mixed):
            ratios.append(mixed.amax((1, 2, 3)).min().item())
            return mixed.flatten(1)

    for batch in Mixed([(x, torch.arange(4))] * 3000, 0.4, np.random.default_rng(0)):
        mixup(Net(), batch)
    # the larger of r and 1 - r, of batches in which no image met itself, else 1 as well: the smallest maximum
    known = scipy.stats.beta(0.4, 0.4)
    larger = [ratio for ratio in ratios if ratio < 1]
    assert scipy.stats.kstest(larger, lambda r: 1 - 2 * known.sf(r)).pvalue > 1e-3


def test_the_expected_mixture_is_half_of_the_image_and_half_of_the_mean():
    x, rng, total = torch.rand(5, 3, 4, 4), np.random.default_rng(0), 0
    for _ in range(20_000):
        ratio = rng.beta(0.3, 0.3)
        shares = torch.tensor([ratio, 1 - ratio])
        total = total + mixed_images(x, torch.from_numpy(rng.permutation(5)), shares)
    torch.testing.assert_close(total / 20_000, (x + x.mean(0)) / 2, rtol=0, atol=0.015)


def test_rotations_by_hand():
    x = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    turned, turns = rotations(x)
    assert turned[:, 0].tolist() == [
        [[1, 2], [3, 4]], [[2, 4], [1, 3]], [[4, 3], [2, 1]], [[3, 1], [4, 2]],
    ]
    assert turns.tolist() == [0, 1, 2, 3]


def test_rotations_are_transpositions_and_mirrorings():
    x = torch.rand(5, 3, 32, 32)
    turned, turns = rotations(x)
    assert turned.shape == (20, 3, 32, 32)
    assert turns.tolist() == [0] * 5 + [1] * 5 + [2] * 5 + [3] * 5
    upright, left, down, right = turned.split(5)
    assert torch.equal(upright, x)
    assert torch.equal(left, x.transpose(2, 3).flip(2))
    assert torch.equal(down, x.flip(2).flip(3))
    assert torch.equal(right, x.transpose(2, 3).flip(3))


class Corner(nn.Module):
    """A network whose features are its images' four corners."""

    linear = nn.Linear(4, 10)

    def features(self, x):
        return torch.stack([x[:, 0, i, j] for i, j in ((0, 0), (0, -1), (-1, -1), (-1, 0))], 1)

    def forward(self, x):
        return self.linear(self.features(x))


def test_the_rotation_loss_written_out():
    """With the identity as head, the logit of turn k is a corner."""
    net, head, x = Corner(), nn.Identity(), torch.rand(3, 3, 4, 4)
    total = 0.0
    for image in x.numpy():
        for k in range(4):
            a = np.rot90(image, k, (1, 2))[0]
            z = np.array([a[0, 0], a[0, -1], a[-1, -1], a[-1, 0]])
            total += np.log(np.exp(z).sum()) - z[k]
    assert rotation_loss(net, head, x).item() == pytest.approx(total / 12, rel=1e-6)


def test_only_a_share_of_the_batch_is_rotated_and_weighed():
    net, head, batch = Corner(), nn.Identity(), (torch.rand(10, 3, 4, 4), torch.arange(10))
    found = with_rotation(cross_entropy, head, 0.7, 0.3)(net, batch)
    wanted = cross_entropy(net, batch) + 0.7 * rotation_loss(net, head, batch[0][:3])
    torch.testing.assert_close(found, wanted)


def test_a_head_that_knows_the_rotation():
    """Where one corner is lit, its place says how often the image was turned."""
    images = torch.zeros(7, 3, 32, 32, dtype=torch.uint8)
    images[:, :, 0, 0] = 255                                 # quarter turns bring it to the left, down, right
    places = torch.tensor([[1.0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0]])
    head = nn.Linear(4, 4, bias=False)
    with torch.no_grad():
        head.weight.copy_(places)
        assert rotation_accuracy(Corner(), head, images) == 1
        head.weight.copy_(places.roll(1, 0))
        assert rotation_accuracy(Corner(), head, images) == 0


def test_rotated_images_leave_the_running_statistics_alone():
    net = ResNet(8, 4, 10, mean=[0.5] * 3, std=[0.25] * 3)
    before = {name: value.clone() for name, value in net.named_buffers()}
    rotation_loss(net, rotation_head(net), torch.rand(4, 3, 32, 32)).backward()
    assert all(torch.equal(value, before[name]) for name, value in net.named_buffers())
    assert net.conv.weight.grad.abs().sum() > 0


@pytest.fixture
def control(project, role):
    """A network trained as the baseline is, and its history."""
    rng = start(3)
    net = resnet(role, 8, 4)
    return net, fit(net, augmented(role.train, RECIPE, rng), RECIPE, "control")


def same(net, other):
    return all(
        torch.equal(a, b) for a, b in zip(net.state_dict().values(), other.state_dict().values(), strict=True)
    )


@pytest.mark.parametrize("methods", [
    {}, {"size": 0}, {"alpha": 0.0}, {"weight": 0.0, "share": 0.5},
    {"size": 0, "alpha": 0.0, "weight": 0.0, "share": 1.0},
])
def test_at_0_it_is_plain_training_to_the_bit(role, control, methods):
    wanted, rows = control
    net, _, history = trained(role, RECIPE, methods, 3, "0")
    assert history == rows
    assert same(net, wanted)                                 # running statistics and their counts, too


@pytest.mark.parametrize("methods", [{"size": 8}, {"alpha": 0.2}, {"weight": 0.5, "share": 0.5}])
def test_above_0_it_is_not(role, control, methods):
    net, *_ = trained(role, RECIPE, methods, 3, "above")
    assert not same(net, control[0])


@pytest.fixture
def untrained(project, role):
    """What a training from seed 3 begins with: a network and its head for rotations."""
    change({"compute.precision": "float32"})
    start(3)
    net = resnet(role, 8, 4)
    return net, rotation_head(net)


def test_squares_over_all_of_every_image_leave_only_the_last_bias(role, untrained):
    """The squares are the mean, so that after normalisation all is 0 up to the last layer."""
    *_, history = trained(role, ONE_STEP, {"size": 64}, 3, "covered")
    wanted = F.cross_entropy(untrained[0].linear.bias.expand(60, -1), role.train.labels)
    assert history[0]["train_loss"] == pytest.approx(wanted.item(), rel=1e-6)


def test_the_rotation_loss_has_its_weight(role, untrained):
    *_, history = trained(role, ONE_STEP, {"weight": 0.7, "share": 1.0}, 3, "rotated")
    net, head = untrained
    x = unit(role.train.images)
    wanted = cross_entropy(net, (x, role.train.labels)) + 0.7 * rotation_loss(net, head, x)
    assert history[0]["train_loss"] == pytest.approx(wanted.item(), rel=1e-5)


def test_methods_do_not_disturb_each_others_draws(role, project, monkeypatch):
    """With mixup or without, cutout hides the same squares of the same batches."""
    seen = []
    monkeypatch.setattr("stages.core.cutout.cut", lambda x, c, *_: seen.append((x.clone(), c)) or x)
    for methods in ({"size": 8}, {"size": 8, "alpha": 0.4, "weight": 0.5, "share": 0.5}):
        trained(role, RECIPE, methods, 3, "cut")
    half = len(seen) // 2
    assert half == 2 * 3                                     # epochs, batches
    for (x, centres), (other, others) in zip(seen[:half], seen[half:], strict=True):
        assert torch.equal(x, other)
        assert torch.equal(centres, others)
