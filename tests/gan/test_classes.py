"""Players that are told the class, and images in latent space, against counts and sums by hand."""

import copy
import itertools
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from stages.gan import acgan, conditional
from stages.gan.inversion import along, apart, inverted, path
from stages.gan.params import Conditional
from stages.gan.players import Player, gaussian
from stages.gan.similarity import ms_ssim
from tests.conftest import some_images

PAPER = ({"z": 200, "y": 1000, "joint": 1200},
         {"x": 240, "y": 50, "joint": 240, "pieces": 5, "joint_pieces": 4})
GREY = torch.Size([1, 28, 28])


def parameters(net):
    return sum(weight.numel() for weight in net.parameters())


def test_table_2_counted_by_hand():
    generator, critic = acgan.Generator(100, 10, 1.0), acgan.Critic(10, 1.0, 0.5)
    assert parameters(generator) == (
        110 * 6144 + 6144 + 25 * (384 * 192 + 192 * 96 + 96 * 3) + 192 + 96 + 3 + 2 * (192 + 96))
    widths = [3, 16, 32, 64, 128, 256, 512]
    convolutions = sum(9 * a * b + b for a, b in itertools.pairwise(widths))
    assert parameters(critic) == convolutions + 2 * sum(widths[2:]) + 16 * 512 * 11 + 11
    images = generator(torch.randn(2, 100), torch.eye(10)[:2])
    assert images.shape == (2, 3, 32, 32)
    assert ((images >= 0) & (images <= 1)).all()
    source, classes = critic(images)
    assert (source.shape, classes.shape) == ((2,), (2, 10))


def test_half_the_width_has_half_the_channels():
    assert [acgan.channels(maps, 0.125) for maps in (384, 96, 16, 4)] == [48, 12, 2, 1]


def test_losses_of_an_auxiliary_classifier_by_hand():
    """With steps of length 0: log-likelihoods of source and class, of real and of generated images."""
    generator, critic = acgan.Generator(4, 10, 0.02), acgan.Critic(10, 0.02, 0.0)
    players = [Player(net, torch.optim.SGD(net.parameters(), 0.0)) for net in (generator, critic)]
    split = some_images(10)
    batch = split.images / 255, split.labels
    rng = torch.Generator().manual_seed(1)
    state = [copy.deepcopy(net) for net in (generator, critic)]
    found = acgan.turn(*players, gaussian(4, rng), 10, rng)(iter([batch]), 0)
    rng.manual_seed(1)
    wanted = torch.randint(10, (10,), generator=rng)
    images = state[0](torch.randn(10, 4, generator=rng), torch.eye(10)[wanted])
    (real, real_class), (fake, fake_class) = state[1](batch[0]), state[1](images)
    named = [z.log_softmax(1)[range(10), y].mean() for z, y in ((real_class, batch[1]), (fake_class, wanted))]
    source = real.sigmoid().log().mean() + (1 - fake.sigmoid()).log().mean()
    assert found["critic"].item() == pytest.approx(-(source + sum(named)).item(), rel=1e-5)
    assert found["generator"].item() == pytest.approx(
        -(fake.sigmoid().log().mean() + named[1]).item(), rel=1e-4)


def test_pairs_within_classes_are_of_one_class():
    labels = torch.arange(40) % 4
    images = (labels / 4)[:, None, None, None] + 0.2 * torch.rand(40, 1, 8, 8)
    images[labels == 2] = images[2].clone()
    found = acgan.within_classes(images, labels, 4, 200, torch.Generator().manual_seed(0))
    assert found[2].item() == pytest.approx(1)
    for label in (0, 1, 3):
        mine = images[labels == label]
        n = torch.arange(10)
        every = ms_ssim(mine[n.repeat_interleave(10)], mine[n.repeat(10)])
        assert found[label].item() == pytest.approx((every.sum().item() - 10) / 90, abs=0.03)


class Linear(nn.Module):
    """Images that are a linear function of noise and class."""

    def __init__(self):
        super().__init__()
        self.a, self.b = torch.randn(27, 4), torch.randn(27, 3)

    def forward(self, z, shares):
        return (z @ self.a.T + shares @ self.b.T).view(-1, 3, 3, 3)


def test_the_nearest_image_of_a_linear_generator_is_that_of_least_squares():
    net, images, shares = Linear(), torch.randn(5, 3, 3, 3), torch.eye(3)[[0, 1, 2, 0, 1]]
    z = inverted(net, images, shares, torch.randn(5, 4), 0.1, 400)
    rest = images.flatten(1) - shares @ net.b.T
    best = np.linalg.lstsq(net.a.numpy(), rest.T.numpy(), rcond=None)[0].T
    assert z.numpy() == pytest.approx(best, abs=1e-3)
    error = np.sqrt(((best @ net.a.numpy().T - rest.numpy()) ** 2).mean(1))
    assert apart(net(z, shares), images).numpy() == pytest.approx(error, rel=1e-4)


def test_a_path_goes_straight_from_one_image_to_the_other():
    net, z, shares = Linear(), torch.randn(6, 4), torch.eye(3)[[0, 1, 2, 0, 1, 1]]
    found, ends = path(net, z, shares, 5), net(z, shares)
    assert found.shape == (3, 5, 3, 3, 3)
    for i in range(3):
        torch.testing.assert_close(found[i, 0], ends[2 * i])
        torch.testing.assert_close(found[i, -1], ends[2 * i + 1])
        torch.testing.assert_close(found[i, 1], 0.75 * ends[2 * i] + 0.25 * ends[2 * i + 1])


def test_distances_along_a_path_by_hand():
    grey = torch.tensor([[0.0, 0.1, 0.5], [0.2, 0.2, 0.0]])
    steps, ends = along(grey.view(2, 3, 1, 1, 1).expand(-1, -1, 3, 4, 4))
    assert steps.numpy() == pytest.approx(np.array([[0.1, 0.4], [0.0, 0.2]]), abs=1e-6)
    assert ends.tolist() == pytest.approx([0.5, 0.2])


def test_maxout_by_hand():
    layer = conditional.Maxout(3, 2, 4)
    x = torch.randn(5, 3)
    pieces = (x @ layer.linear.weight.T + layer.linear.bias).view(5, 2, 4)
    assert torch.equal(layer(x), pieces.max(2).values)
    one = conditional.Maxout(3, 2, 1)
    torch.testing.assert_close(one(x), one.linear(x))        # of one piece it is linear


def test_networks_of_the_conditional_paper_counted_by_hand():
    generator = conditional.Generator(100, 10, GREY, **PAPER[0], dropout=0.5)
    critic = conditional.Critic(10, GREY, **PAPER[1], dropout=0.5)
    assert parameters(generator) == 101 * 200 + 11 * 1000 + 1201 * 1200 + 1201 * 784
    assert parameters(critic) == 785 * 1200 + 11 * 250 + 291 * 960 + 241
    alone = conditional.Generator(100, 0, GREY, **PAPER[0], dropout=0.5)
    assert parameters(alone) == 101 * 200 + 201 * 1200 + 1201 * 784


@pytest.mark.parametrize("labels", [10, 0])
def test_only_conditional_players_look_at_the_class(labels):
    generator = conditional.Generator(4, labels, GREY, 3, 3, 4, 0.0)
    critic = conditional.Critic(labels, GREY, 3, 2, 2, 2, 2, 0.0)
    y, other, z = torch.eye(10)[:3], torch.eye(10)[3:6], torch.rand(3, 4)
    images = generator(z, y)
    assert images.shape == (3, 1, 28, 28)
    assert torch.equal(images, generator(z, other)) == (not labels)
    assert torch.equal(critic(images, y), critic(images, other)) == (not labels)


def test_the_learning_rate_reaches_its_floor_after_480_epochs_of_mnist():
    net = nn.Linear(1, 1)
    players = [Player(net, torch.optim.SGD(net.parameters(), 0.1, 0.5))]

    def at(taken, steps=300_000):
        conditional.schedule(players, 0.1, taken, steps)
        group = players[0].optimizer.param_groups[0]
        return group["lr"], group["momentum"]

    assert at(0) == (0.1, 0.5)
    assert at(1)[0] == pytest.approx(0.1 / 1.00004)
    floor = math.ceil(math.log(1e5) / math.log(1.00004))
    assert floor == 287_829
    assert at(floor - 1)[0] > 1e-6
    assert at(floor)[0] == 1e-6
    assert at(150_000)[1] == pytest.approx(0.6)


def test_losses_of_conditional_players_by_hand():
    settings = {"latent": 4, "generator": PAPER[0], "critic": PAPER[1], "dropout": 0.0, "batch_size": 5,
                "epochs": 1, "rule": "sgd", "lr": 1e-30, "validation": 1, "windows": 1}
    split = some_images(5, (1, 28, 28))
    role = type("Role", (), {"classes": list(range(10)), "train": split})
    players = conditional.players("conditional", Conditional.model_validate(settings), role)
    rng = torch.Generator().manual_seed(1)
    batch = split.images / 255, split.labels
    found = conditional.turn(*players, 4, 10, lambda taken: None, rng)(iter([batch]), 0)
    z = torch.rand(5, 4, generator=rng.manual_seed(1))
    y = F.one_hot(split.labels, 10).float()
    g, d = (player.net for player in players)
    real, fake = d(batch[0], y), d(g(z, y), y)
    assert found["critic"].item() == pytest.approx(
        -(real.sigmoid().log() + (1 - fake.sigmoid()).log()).mean().item(), rel=1e-5)
    assert found["generator"].item() == pytest.approx(-fake.sigmoid().log().mean().item(), rel=1e-5)
