"""The game of two players against the same written out, with torch's own optimizers."""

import copy
import itertools

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from stages.core.data import Batches
from stages.gan.nets import convolutional_critic, convolutional_generator
from stages.gan.params import Many, Rules
from stages.gan.players import Player, endless, frozen, gaussian, playing
from stages.gan.rules import gradient, player, turn
from tests.conftest import some_images

RULES = Rules(clip=0.05, penalty=10.0, many=Many(turns=1, steps=2))
LR, STEPS = 0.01, 3


def nets():
    generator = nn.Sequential(nn.Linear(3, 12), nn.Sigmoid(), nn.Unflatten(1, (3, 2, 2)))
    return generator, nn.Sequential(nn.Flatten(), nn.Linear(12, 1), nn.Flatten(0))


def batches():
    return Batches(some_images(20, (3, 2, 2)), 5, torch.Generator().manual_seed(1))


def by_hand(kind, g, d, epochs):
    """Algorithm 1 of each paper, two optimizers and no player."""
    rng = torch.Generator().manual_seed(2)
    if kind == "wgan":
        steppers = [torch.optim.RMSprop(net.parameters(), LR) for net in (g, d)]
    else:
        betas = (0.0, 0.9) if kind == "penalty" else (0.5, 0.999)
        steppers = [torch.optim.Adam(net.parameters(), LR, betas) for net in (g, d)]
    data = batches()
    for epoch in range(epochs):
        reals = itertools.chain.from_iterable(itertools.repeat(data))
        for i in range(4):
            first = kind in ("wgan", "penalty") and epoch == i == 0
            for _ in range(2 if first else STEPS):
                x, _ = next(reals)
                fake = g(torch.randn(5, 3, generator=rng))
                if kind in ("wgan", "penalty"):
                    loss = d(fake.detach()).mean() - d(x).mean()
                else:
                    loss = -(d(x).sigmoid().log().mean() + (1 - d(fake.detach()).sigmoid()).log().mean())
                if kind == "penalty":
                    u = torch.rand(5, 1, 1, 1, generator=rng)
                    between = (u * x + (1 - u) * fake).detach().requires_grad_()
                    slope = torch.autograd.grad(d(between).sum(), between, create_graph=True)[0]
                    loss = loss + 10 * ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()
                steppers[1].zero_grad()
                loss.backward()
                steppers[1].step()
                if kind == "wgan":
                    for weight in d.parameters():
                        weight.data = weight.data.clamp(-0.05, 0.05)
            out = d(fake).sigmoid()
            loss = {"saturating": (1 - out).log(), "non_saturating": -out.log()}.get(kind, -d(fake)).mean()
            steppers[0].zero_grad()
            loss.backward()
            steppers[0].step()


@pytest.mark.parametrize("kind", ["saturating", "non_saturating", "wgan", "penalty"])
def test_two_epochs_by_hand(kind):
    g, d = nets()
    mine = [player(kind, copy.deepcopy(net), LR) for net in (g, d)]
    rng = torch.Generator().manual_seed(2)
    one = turn(kind, *mine, gaussian(3, rng), STEPS, RULES, rng)
    rows = list(playing(*mine, batches(), one, 2))
    by_hand(kind, g, d, 2)
    for net, own in zip((g, d), mine, strict=True):
        for theirs, weight in zip(net.parameters(), own.net.parameters(), strict=True):
            torch.testing.assert_close(weight, theirs, rtol=1e-4, atol=1e-6)
    assert [row["epoch"] for row in rows] == [1, 2]


def test_a_generators_step_leaves_the_critic_and_a_critics_step_the_generator():
    g, d = nets()
    mine = [player("non_saturating", net, LR) for net in (g, d)]
    before = copy.deepcopy(d.state_dict())
    with frozen(d):
        loss = mine[0].update(F.softplus(-d(g(torch.randn(5, 3)))).mean())
    assert loss.grad_fn is None
    assert all(torch.equal(value, before[name]) for name, value in d.state_dict().items())
    assert all(weight.requires_grad for weight in d.parameters())
    before = copy.deepcopy(g.state_dict())
    mine[1].update(d(g(torch.randn(5, 3)).detach()).mean())
    assert all(torch.equal(value, before[name]) for name, value in g.state_dict().items())


def test_an_epoch_has_so_many_turns_and_its_losses_are_means():
    g, d = nets()
    players = Player(g, None), Player(d, None)
    for one in players:
        one.optimizer = torch.optim.SGD(one.net.parameters(), 1e-9)
    rows = list(playing(*players, batches(), lambda stream, taken: {"a": torch.tensor(float(taken))}, 2, 6))
    assert rows == [{"epoch": 1, "a": pytest.approx(2.5)}, {"epoch": 2, "a": pytest.approx(8.5)}]
    assert len(list(itertools.islice(endless(batches()), 9))) == 9           # of four batches


def test_a_loss_that_is_not_finite_ends_it():
    g, d = nets()
    players = [player("wgan", net, LR) for net in (g, d)]
    with pytest.raises(FloatingPointError, match="not finite in epoch 1 of 2: lower lr"):
        list(playing(*players, batches(), lambda stream, taken: {"a": torch.tensor(torch.nan)}, 2))


def test_the_norm_of_a_gradient():
    g, _ = nets()
    g(torch.ones(1, 3)).square().sum().backward()
    assert gradient(g).item() == pytest.approx(
        sum(weight.grad.square().sum().item() for weight in g.parameters()) ** 0.5)


@pytest.mark.parametrize(("width", "norm"), [(2, True), (3, False)])
def test_convolutional_networks_have_the_parameters_counted_by_hand(width, norm):
    g, d = convolutional_generator(5, width), convolutional_critic(width, norm=norm)
    w = width
    scales = 2 * (4 * w + 2 * w + w)
    assert sum(p.numel() for p in g.parameters()) == (
        5 * 64 * w + 16 * (4 * w * 2 * w + 2 * w * w + w * 3) + 3 + scales)
    assert sum(p.numel() for p in d.parameters()) == (
        16 * (3 * w + 2 * w * w + 8 * w * w) + 7 * w + 64 * w + 1 + norm * 2 * 6 * w)
    images = g(torch.randn(4, 5))
    assert images.shape == (4, 3, 32, 32)
    assert ((images > 0) & (images < 1)).all()
    assert d(images).shape == (4,)
