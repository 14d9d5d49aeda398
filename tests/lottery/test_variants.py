"""Treatments, controls, adversarial training and soft masks, in cases where the answer is known."""

import math

import pytest
import torch

from stages.core.nets import ResNet
from stages.lottery.continuous import Annealing, SoftMask, hard, optimizer_of, penalised, soften
from stages.lottery.masks import convolutions, whole
from stages.lottery.params import Continuous, Training
from stages.lottery.treatments import TREATMENTS, treat

RECIPE = Training(
    epochs=2, batch_size=20, lr=0.1, warmup_steps=0, momentum=0.9, weight_decay=0.5, pad=4, flip=True
)


def resnet():
    return ResNet(8, 4, 10, mean=[0.5] * 3, std=[0.25] * 3)


W = torch.tensor([0.5, -2.0, 1.0, -0.1, 0.3])
FRESH = torch.tensor([-1.0, -3.0, 5.0, 7.0, -9.0])
MASK = torch.tensor([True, True, False, True, False])


def test_new_draws_by_hand():
    assert TREATMENTS["reinit"](W, FRESH, MASK).tolist() == FRESH.tolist()
    assert TREATMENTS["reinit_signed"](W, FRESH, MASK).tolist() == [1, -3, 5, -7, 9]


def test_reshuffled_values_are_those_that_were_kept():
    found = TREATMENTS["reshuffle"](W, FRESH, MASK)
    assert sorted(found[MASK].tolist()) == sorted(W[MASK].tolist())
    signed = TREATMENTS["reshuffle_signed"](W, FRESH, MASK)
    assert sorted(signed[MASK].abs().tolist()) == sorted(W[MASK].abs().tolist())
    assert torch.equal(signed.sign(), W.sign())


def test_constants_are_the_deviation_of_the_layer():
    deviation = math.sqrt(sum((w - W.mean().item()) ** 2 for w in W.tolist()) / 5)
    assert TREATMENTS["constant"](W, FRESH, MASK).abs().tolist() == pytest.approx([deviation] * 5)
    assert TREATMENTS["constant_signed"](W, FRESH, MASK).tolist() == pytest.approx(
        [deviation * s for s in (1, -1, 1, -1, 1)]
    )


def test_a_treatment_is_of_convolutions_only():
    net, early, fresh = resnet(), resnet(), resnet()
    linear = net.linear.weight.detach().clone()
    treat(net, early, fresh, whole(net), TREATMENTS["reinit_signed"])
    assert torch.equal(net.linear.weight, linear)
    parts = (convolutions(one).values() for one in (net, early, fresh))
    for ours, signs, magnitudes in zip(*parts, strict=True):
        assert torch.equal(ours.sign(), signs.sign())
        assert torch.equal(ours.abs(), magnitudes.abs())


def test_a_soft_mask_by_hand():
    mask = SoftMask(torch.tensor([2.0, -3.0]), 0.0)
    assert mask(torch.tensor([2.0, -3.0])).tolist() == [2, -3]               # σ(0) / σ(0) = 1
    with torch.no_grad():
        mask.s.copy_(torch.tensor([0.5, -0.5]))
    mask.beta = 4.0
    wanted = [2 / (1 + math.exp(-2)), 2 / (1 + math.exp(2))]
    assert mask.mask().tolist() == pytest.approx(wanted)
    mask.beta = 200.0
    assert mask.mask().tolist() == pytest.approx([2, 0], abs=1e-6)           # a step, times 1 / σ(s_0)


def test_a_hard_mask_is_where_logits_are_positive():
    mask = SoftMask(torch.zeros(3), 0.0)
    with torch.no_grad():
        mask.s.copy_(torch.tensor([0.1, -0.1, 0.0]))
    assert {name: one.tolist() for name, one in hard({"w": mask}).items()} == {"w": [True, False, False]}


def test_a_network_with_fresh_soft_masks_is_itself():
    net, x = resnet().eval(), torch.rand(3, 3, 32, 32)
    before = net(x)
    soft = soften(net, -0.3)
    torch.testing.assert_close(net(x), before)
    assert {name: one.s.shape for name, one in soft.items()} == {
        name: weight.shape for name, weight in convolutions(resnet()).items()
    }


def test_the_gradient_of_a_logit_is_the_chain_rule():
    """d/ds of L(m w) + λ m is (g w + λ) β σ'(β s) / σ(s_0)."""
    mask = SoftMask(torch.zeros(5, dtype=torch.float64), 0.2).double()
    w, g = torch.randn(2, 5, dtype=torch.float64)
    mask.beta, penalty = 3.0, 0.7
    (g @ mask(w) + penalty * mask.mask().sum()).backward()
    sigma = torch.sigmoid(torch.tensor(0.6, dtype=torch.float64))
    wanted = (g * w + penalty) * 3 * sigma * (1 - sigma) / torch.sigmoid(torch.tensor(0.2)).double()
    torch.testing.assert_close(mask.s.grad, wanted, rtol=1e-6, atol=1e-8)


def test_the_penalty_counts_the_mask():
    net = resnet()
    soft = soften(net, 0.0)
    batch = torch.rand(20, 3, 32, 32), torch.arange(20) % 10
    net.eval()
    plain, more = (penalised(soft, penalty)(net, batch).item() for penalty in (0.0, 1e-3))
    assert more - plain == pytest.approx(1e-3 * sum(one.s.numel() for one in soft.values()), rel=1e-3)


def test_logits_do_not_decay_and_beta_grows_exponentially():
    net = resnet()
    soft = soften(net, 0.1)
    settings = Continuous(initial=0.1, beta=100.0, penalty=0.0, lr=0.3)
    optimizer = optimizer_of(net, soft, RECIPE, settings)
    trained = [weight for group in optimizer.param_groups for weight in group["params"]]
    assert len(trained) == len({id(weight) for weight in trained}) == len(list(net.parameters()))
    annealing = Annealing(soft, optimizer, 100.0, 4)
    betas = []
    for weight in trained:
        weight.grad = torch.zeros_like(weight)
    for step in range(4):
        annealing.before(step)                               # as training does
        annealing.step()
        betas.append(soft["conv.weight"].beta.item())
    assert betas == pytest.approx([1, 100 ** (1 / 3), 100 ** (2 / 3), 100])
    assert all((one.s == torch.tensor(0.1)).all() for one in soft.values())  # weights did decay
    assert (net.linear.weight != 0).any()


