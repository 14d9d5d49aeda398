"""The mixed batch and the networks of garments, and a critic trained against a fixed generator."""

import itertools
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from stages.core.compute import start
from stages.core.data import Role
from stages.core.errors import UserError
from stages.gan import garments
from stages.gan.garments import NETS, mixed_batch, summary, turn
from stages.gan.losses import saturating
from stages.gan.optimum import approached, norms
from stages.gan.params import Garments, Many, Rules, Variant
from stages.gan.players import Player, gaussian
from stages.gan.rules import player
from tests.conftest import some_images

GREY = torch.Size([1, 28, 28])
HARD = Variant(net="dense", real=1.0, made=0.0, noise=0.0)
SOFT = Variant(net="dense", real=0.9, made=0.1, noise=0.0)
RULES = Rules(clip=0.05, penalty=10.0, many=Many(turns=0, steps=1))


def test_images_and_targets_are_permuted_together():
    real, made = torch.zeros(6, 1, 2, 2), torch.ones(4, 1, 2, 2)
    images, wanted = mixed_batch(real, made, SOFT, torch.Generator().manual_seed(0))
    assert images.shape == (10, 1, 2, 2)
    assert wanted.tolist() == pytest.approx([0.1 if image.sum() else 0.9 for image in images])
    assert wanted.diff().abs().gt(0).sum() > 1               # a new order, not one half and then the other


def test_without_batch_norm_one_mixed_batch_is_two_of_half_the_weight():
    net = nn.Sequential(nn.Flatten(), nn.Linear(4, 3), nn.LeakyReLU(), nn.Linear(3, 1), nn.Flatten(0))
    real, made = torch.rand(2, 5, 1, 2, 2)
    images, wanted = mixed_batch(real, made, HARD, torch.Generator().manual_seed(0))
    whole = F.binary_cross_entropy_with_logits(net(images), wanted)
    mine = torch.autograd.grad(whole, list(net.parameters()))
    halves = (-net(real).sigmoid().log().mean() - (1 - net(made).sigmoid()).log().mean()) / 2
    theirs = torch.autograd.grad(halves, list(net.parameters()))
    assert whole.item() == pytest.approx(halves.item(), rel=1e-6)
    for one, other in zip(mine, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


class Says(nn.Module):
    """A discriminator with one logit for all images."""

    def __init__(self, share):
        super().__init__()
        self.logit = nn.Parameter(torch.tensor(share).logit())
        self.seen = []

    def forward(self, x):
        self.seen.append(x.detach())
        return self.logit + 0 * x.flatten(1).sum(1)


@pytest.mark.parametrize(("share", "how", "critic", "generator"), [
    (0.5, HARD, math.log(2), math.log(2)),
    (0.5, SOFT, math.log(2), math.log(2)),
    (0.1, HARD, -(math.log(0.1) + math.log(0.9)) / 2, 2.303),
    (0.1, SOFT, -(math.log(0.1) + math.log(0.9)) / 2, 2.303),                # the generator's target is 1
])
def test_losses_of_a_discriminator_that_says_one_thing(share, how, critic, generator):
    players = [Player(net, torch.optim.SGD(net.parameters(), 0.0))
               for net in (nn.Sequential(nn.Linear(3, 4), nn.Unflatten(1, (1, 2, 2))), Says(share))]
    rng = torch.Generator().manual_seed(0)
    found = turn(*players, gaussian(3, rng), how, rng)(iter([(torch.rand(5, 1, 2, 2), None)]), 0)
    assert found["critic"].item() == pytest.approx(critic, rel=1e-4)
    assert found["generator"].item() == pytest.approx(generator, abs=1e-3)
    assert found["right"].item() == 0.5
    batch, fresh = players[1].net.seen
    assert (len(batch), len(fresh)) == (10, 5)
    assert not any(torch.equal(one, other) for one in batch for other in fresh)      # of new noise


def test_soft_labels_have_a_least_loss():
    wanted = torch.tensor([0.9, 0.1])
    assert F.binary_cross_entropy(wanted, wanted).item() == pytest.approx(0.325, abs=1e-3)


def test_noise_is_on_all_that_the_discriminator_sees():
    players = [Player(net, torch.optim.SGD(net.parameters(), 0.0))
               for net in (nn.Sequential(nn.Linear(3, 400), nn.Flatten(), nn.Hardtanh(0, 1e-9),
                                         nn.Unflatten(1, (1, 20, 20))), Says(0.5))]
    rng = torch.Generator().manual_seed(0)
    noisy = Variant(net="dense", real=1.0, made=0.0, noise=0.3)
    turn(*players, gaussian(3, rng), noisy, rng)(iter([(torch.zeros(20, 1, 20, 20), None)]), 0)
    for seen in players[1].net.seen:
        assert seen.std().item() == pytest.approx(0.3, rel=0.05)
        assert seen.mean().item() == pytest.approx(0, abs=0.02)


def test_pictures_are_of_the_first_epoch_and_of_every_so_many(project, monkeypatch):
    monkeypatch.setattr(garments, "EVERY", 2)
    settings = Garments(latent=4, width=0.02, dropout=0.0, batch_size=20, epochs=5, turns=1, lr=0.01, shown=3)
    role, rng = Role(some_images(40, GREY), some_images(4, GREY), list("abcdefghij"), "random"), start(1)
    nets = NETS["dense"](4, 0.02, 0.0, GREY)
    rows, pictures = garments.trained(nets, HARD, settings, role, torch.randn(3, 4), rng)
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4, 5]
    assert list(pictures) == ["1", "2", "4"]
    assert not torch.equal(pictures["1"], pictures["4"])


def test_networks_of_the_assignment_counted_by_hand():
    sizes = [100, 256, 512, 1024, 784]
    units = sum(a * b + b for a, b in itertools.pairwise(sizes))
    back = [784, 1024, 512, 256, 1]
    mirrored = sum(a * b + b for a, b in itertools.pairwise(back))
    convolved = 101 * 6272 + 25 * (128 * 64 + 64) + 64 + 1 + 2 * (128 + 64)
    mirrored_convolved = 25 * (64 + 64 * 128) + 64 + 128 + 6272 + 1
    known = {"dense": (units + 2 * (256 + 512 + 1024), mirrored),
             "convolutional": (convolved, mirrored_convolved)}
    for name, counts in known.items():
        generator, critic = NETS[name](100, 1.0, 0.3, GREY)
        layers = summary(generator, torch.randn(1, 100))
        assert tuple(sum(w.numel() for w in net.parameters()) for net in (generator, critic)) == counts
        assert sum(count for *_, count in layers) == counts[0]
        assert layers[-1][1] == [1, 28, 28]
        assert summary(critic, torch.rand(1, 1, 28, 28))[-1][1] == []


def test_convolutions_make_images_of_one_size():
    with pytest.raises(UserError, match="makes images of 28x28, not 32x32"):
        NETS["convolutional"](100, 1.0, 0.3, torch.Size([3, 32, 32]))


def test_norms_of_gradients_through_a_linear_critic():
    """G(z) = z w, f(x) = c x: the gradient in w is a sum over z, its factor what the loss makes of f."""
    generator, critic = nn.Linear(1, 1, bias=False), nn.Sequential(nn.Linear(1, 1), nn.Flatten(0))
    z = torch.randn(50, 1)
    found = norms(generator, critic, z, ["saturating", "non_saturating", "wgan"])
    c, d = critic[0].weight.item(), critic(generator(z)).sigmoid().detach()
    factors = -d, d - 1, -torch.ones(50)
    known = [abs((c * factor * z[:, 0]).mean().item()) for factor in factors]
    assert found.tolist() == pytest.approx(known, rel=1e-4)
    assert all(weight.grad is None for weight in critic.parameters())


def test_a_critic_is_looked_at_after_so_many_steps_and_the_generator_stays():
    generator = nn.Sequential(nn.Linear(2, 4), nn.Unflatten(1, (1, 2, 2)))
    critic = player("non_saturating", nn.Sequential(nn.Flatten(), nn.Linear(4, 1), nn.Flatten(0)), 0.01)
    real, drawn, before = torch.ones(8, 1, 2, 2), [], generator[0].weight.clone()

    def stream():
        while True:
            drawn.append(1)
            yield real, None

    norm, loss = approached("non_saturating", critic, generator, torch.randn(8, 2), stream(), [1, 5, 40],
                            RULES, torch.Generator().manual_seed(0))
    assert (norm.shape, len(drawn)) == ((2, 3), 40)
    assert (loss.diff() < 0).all()                           # it learns to tell
    assert torch.equal(generator[0].weight, before)
    generator.zero_grad()
    saturating(critic.net(generator(torch.randn(8, 2)))).backward()          # the graph is whole
