"""Policies against all policies one by one, torch's distributions, and a game that can be solved by hand."""

import itertools

import pytest
import torch
import torch.nn.functional as F

from stages.blockdrop.curriculum import Freeing, constant, curriculum_loss
from stages.blockdrop.joint import Both, joint_loss
from stages.blockdrop.nets import Droppable
from stages.blockdrop.params import Policy
from stages.blockdrop.policy import (
    PolicyNet,
    bounded,
    drawn,
    entropy,
    most_probable,
    policies,
    reinforce,
    reward,
)
from stages.core.data import unit
from stages.core.optimizers import Adam
from stages.core.train import SGD, training
from tests.conftest import some_images

SETTINGS = Policy(width=4, pool=2, exploration=0.8, entropy=0.1)
GREY = {"mean": [0.4], "std": [0.3]}
IMAGES = some_images(20, (1, 12, 12))


def a_batch():
    return unit(IMAGES.images), IMAGES.labels


def a_policy(blocks=6):
    torch.manual_seed(2)
    return PolicyNet(4, 2, blocks, **GREY)


def a_base():
    torch.manual_seed(1)
    return Droppable("residual", 14, 4, 1, classes=10, **GREY)


@pytest.mark.parametrize("baseline", [0.0, 0.7])
def test_the_gradient_is_on_average_that_of_the_expected_reward(baseline):
    """Over all eight policies of three gates, each as often as it is drawn, whatever the baseline."""
    logits = torch.tensor([[0.3, -1.2, 2.0]], dtype=torch.float64, requires_grad=True)
    gates = torch.tensor(list(itertools.product([0.0, 1.0], repeat=3)), dtype=torch.float64)
    values = torch.tensor([-5.0, 0.9, 0.6, -1.0, 0.2, 0.5, -2.0, 0.0], dtype=torch.float64)
    s = bounded(logits.sigmoid(), 0.8)
    chance = torch.where(gates > 0, s, 1 - s).prod(1)
    want = torch.autograd.grad((chance * values).sum(), logits, retain_graph=True)[0]
    total = sum(
        p * torch.autograd.grad(reinforce(s, u[None], (r - baseline)[None]), logits, retain_graph=True)[0]
        for p, u, r in zip(chance.detach(), gates, values, strict=True)
    )
    assert chance.sum().item() == pytest.approx(1)
    assert torch.allclose(-total, want, rtol=1e-12)


def test_logarithms_and_entropy_are_torchs():
    s = torch.rand(5, 4, dtype=torch.float64) * 0.8 + 0.1
    theirs = torch.distributions.Bernoulli(probs=s)
    gates, advantage = theirs.sample(), torch.randn(5, dtype=torch.float64)
    assert reinforce(s, gates, advantage) == pytest.approx(
        -(advantage[:, None] * theirs.log_prob(gates)).sum(1).mean().item())
    assert entropy(s) == pytest.approx(theirs.entropy().sum(1).mean().item())
    free = torch.tensor([0.0, 1.0, 0.0, 1.0], dtype=torch.float64)
    assert entropy(s, free) == pytest.approx(theirs.entropy()[:, [1, 3]].sum(1).mean().item())
    assert reinforce(s, gates, advantage, free) == pytest.approx(
        -(advantage[:, None] * theirs.log_prob(gates))[:, [1, 3]].sum(1).mean().item())


def test_rewards_by_hand():
    gates = torch.tensor([[1.0, 1, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]])
    assert reward(gates, torch.tensor([True] * 4), 5.0).tolist() == [0, 0.75, 1, 1 - 1 / 16]
    assert reward(gates, torch.tensor([False] * 4), 5.0).tolist() == [-5.0] * 4


def test_bounds_for_exploration_and_the_most_probable_policy():
    s = torch.tensor([0.0, 0.4, 0.5, 0.6, 1.0])
    assert bounded(s, 0.8).tolist() == pytest.approx([0.2, 0.44, 0.5, 0.56, 0.8])
    assert most_probable(s).tolist() == most_probable(bounded(s, 0.8)).tolist() == [0, 0, 0, 1, 1]
    often = drawn(torch.tensor([[0.2, 0.8]]).expand(4000, 2), torch.Generator().manual_seed(0)).mean(0)
    assert often.tolist() == pytest.approx([0.2, 0.8], abs=0.03)


def test_adam_takes_the_steps_of_its_paper():
    """Kingma & Ba, ICLR 2015, https://arxiv.org/abs/1412.6980, algorithm 1, on f(w) = w^4 / 4."""
    w = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64, requires_grad=True)
    optimizer, at = Adam([w], 0.1), w.detach().clone()
    m = v = torch.zeros(3, dtype=torch.float64)
    for t in range(1, 5):
        optimizer.zero_grad()
        (w**4 / 4).sum().backward()
        optimizer.step()
        m, v = 0.9 * m + 0.1 * at**3, 0.999 * v + 0.001 * at**6
        at = at - 0.1 * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8)
        assert torch.allclose(w.detach(), at, rtol=1e-12)


def test_a_block_more_is_free_every_epoch_the_last_first():
    free = torch.ones(3)
    optimizer = Freeing(Adam([torch.zeros(1, requires_grad=True)], 0.1), free, steps=2)
    seen = []
    for taken in range(8):
        optimizer.before(taken)
        seen.append("".join(f"{gate:.0f}" for gate in free))
    assert seen == ["001"] * 2 + ["011"] * 2 + ["111"] * 4


class Game(torch.nn.Module):
    """Stands for a network: the first pixel says which of three blocks an image needs to be right."""

    def forward(self, x, gates):
        needed = (x[:, 0, 0, 0] * 3).long()
        is_right = gates.gather(1, needed[:, None])[:, 0] > 0
        return F.one_hot(torch.where(is_right, needed, (needed + 1) % 3), 3).float()


class Table(torch.nn.Module):
    """A policy that knows which block is needed, and begins without an opinion."""

    def __init__(self):
        super().__init__()
        self.logits = torch.nn.Parameter(torch.zeros(3, 3))

    def forward(self, x):
        return self.logits[(x[:, 0, 0, 0] * 3).long()].sigmoid()


def test_a_game_that_can_be_solved_by_hand_is_solved():
    """Of eight policies the best is the one block that is needed: reward 8/9 against 5/9, 0 and -1."""
    needed = torch.arange(60) % 3
    x = ((needed + 0.5) / 3).view(-1, 1, 1, 1).expand(-1, 1, 2, 2)
    policy, free, rng = Table(), torch.ones(3), torch.Generator().manual_seed(0)
    loss = curriculum_loss(Game(), SETTINGS, 1.0, free, rng)
    optimizer = Freeing(Adam(policy.parameters(), 0.1), free, steps=20)
    list(training(policy, [(x, needed)] * 20, loss, optimizer, 6, schedule=constant))
    assert torch.equal(most_probable(policy(x)), F.one_hot(needed, 3).float())


def test_the_curriculum_forces_blocks_on_and_leaves_the_network_as_it_is():
    base, policy, batch = a_base().eval(), a_policy(), a_batch()
    before = {name: value.clone() for name, value in base.state_dict().items()}
    seen = []
    base.register_forward_pre_hook(lambda _, words: seen.append(words[1]))
    for number in (0, 2, 6):
        free = torch.cat([torch.zeros(6 - number), torch.ones(number)])
        loss = curriculum_loss(base, SETTINGS, 1.0, free, torch.Generator().manual_seed(0))
        policy.zero_grad()
        loss(policy, batch).backward()
        by_block = policy.linear.weight.grad.abs().sum(1)
        assert (by_block > 0).tolist() == [False] * (6 - number) + [True] * number
        tried = seen.pop()
        assert (tried[:, : 6 - number] == 1).all()
        assert tried.shape == (40, 6)
        assert torch.equal(tried[20:, 6 - number :], most_probable(policy(batch[0]))[:, 6 - number :])
    assert all(torch.equal(value, before[name]) for name, value in base.state_dict().items())


def test_the_loss_of_the_curriculum_by_hand():
    base, policy, (x, y) = a_base().eval(), a_policy(), a_batch()
    free = torch.tensor([0.0, 0, 1, 1, 1, 1])
    loss = curriculum_loss(base, SETTINGS, 2.0, free, torch.Generator().manual_seed(5))(policy, (x, y))
    theirs = torch.distributions.Bernoulli(probs=bounded(a_policy()(x), 0.8))
    gates = (torch.rand(20, 6, generator=torch.Generator().manual_seed(5)) < theirs.probs).float()
    rewards = []
    for each in gates, (theirs.probs > 0.5).float():
        each[:, :2] = 1
        hit = base(x, each).argmax(1) == y
        rewards.append(torch.where(hit, 1 - each.mean(1) ** 2, torch.tensor(-2.0)))
    gain = (rewards[0] - rewards[1]) * theirs.log_prob(gates)[:, 2:].sum(1)
    want = -gain.mean() - 0.1 * theirs.entropy()[:, 2:].sum(1).mean()
    assert loss.item() == pytest.approx(want.item(), rel=1e-5)


def test_with_both_the_network_learns_what_was_drawn_and_the_baseline_leaves_no_trace():
    net, (x, y) = Both(a_policy(), a_base()), a_batch()
    loss = joint_loss(0.8, 2.0, torch.Generator().manual_seed(5))(net, (x, y))
    loss.backward()
    policy, base = a_policy(), a_base()
    s = bounded(policy(x), 0.8)
    gates = (torch.rand(20, 6, generator=torch.Generator().manual_seed(5)) < s).float()
    z = base(x, gates)
    wanted = F.cross_entropy(z, y)
    wanted.backward()
    for name, value in base.state_dict().items():
        assert torch.equal(net.base.state_dict()[name], value), name
    for ours, theirs in zip(net.base.parameters(), base.parameters(), strict=True):
        assert torch.equal(ours.grad, theirs.grad)
    with torch.no_grad():
        base.blocks.train()
        greedy = (s > 0.5).float()
        advantage = [
            [(1 - u.mean() ** 2) if hit else torch.tensor(-2.0) for u, hit in zip(us, hits, strict=True)]
            for us, hits in ((gates, z.argmax(1) == y), (greedy, base(x, greedy).argmax(1) == y))
        ]
    sampled, thresholded = (torch.stack(rewards) for rewards in advantage)
    log = torch.distributions.Bernoulli(probs=s).log_prob(gates).sum(1)
    assert loss.item() == pytest.approx((wanted - ((sampled - thresholded) * log).mean()).item(), rel=1e-5)


def test_policies_of_images_are_those_of_any_batch():
    net = a_policy()
    with pytest.raises(AssertionError, match="eval"):
        policies(net, IMAGES.images)
    net.eval()
    found = policies(net, IMAGES.images, batch_size=6)
    assert torch.equal(found, (net(unit(IMAGES.images)) > 0.5).float())
    smaller = F.avg_pool2d(unit(IMAGES.images), 2)
    net.pool = 1
    assert torch.equal(found, (net(smaller) > 0.5).float())


def test_steps_of_no_length_leave_a_policy_as_it_is():
    policy, batch = a_policy(), a_batch()
    before = [weight.clone() for weight in policy.parameters()]
    free = torch.ones(6)
    loss = curriculum_loss(a_base().eval(), SETTINGS, 1.0, free, torch.Generator().manual_seed(0))
    list(training(policy, [batch], loss, Freeing(SGD(policy.parameters(), 0.0), free, 1), 2))
    assert all(torch.equal(a, b) for a, b in zip(before, policy.parameters(), strict=True))
