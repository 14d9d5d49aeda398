"""Continuous sparsification: tickets by gradient descent instead of by magnitude.

Savarese, Silva, Maire, NeurIPS 2020, https://arxiv.org/abs/1912.04427. A mask logit s for every weight is
trained with it:

    min_{w, s}  L(f(x; m * w)) + λ Σ m,      m = σ(β s) / σ(s_0)
    β grows exponentially from 1 to `beta`, so that m becomes a step;  in the end m = 1[s > 0]

The ticket is reset to the rewind point of the dense network and trained like any other, so that it can be
compared with a control: a magnitude ticket, pruned at once to exactly as many weights. Departures: one round,
β grows after every step (few epochs), weights step as in the other trainings, and at the end the factor
1 / σ(s_0) is dropped with the soft mask.
"""

import torch
from torch import nn
from torch.nn.utils import parametrize

from stages.core.compute import start
from stages.core.histories import keep_history
from stages.core.params import Few, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.core.train import SGD, Around, cross_entropy
from stages.lottery.masks import magnitudes, pruned, remaining, whole
from stages.lottery.params import Continuous
from stages.lottery.recipe import fit, kept, network, setting, trained


class SoftMask(nn.Module):
    """m * w with m = σ(β s) / σ(s_0); `beta` is set from outside, in place."""

    def __init__(self, weight, initial):
        super().__init__()
        self.s = nn.Parameter(torch.full_like(weight, initial))
        self.initial, self.beta = (torch.tensor(value, device=weight.device) for value in (initial, 1.0))

    def mask(self):
        return (self.beta * self.s).sigmoid() / self.initial.sigmoid()

    def forward(self, weight):
        return self.mask() * weight


def soften(net, initial):
    """Gives every convolution of `net` a soft mask: name of its weight -> mask."""
    soft = {}
    for name, layer in list(net.named_modules()):
        if isinstance(layer, nn.Conv2d):
            soft[f"{name}.weight"] = SoftMask(layer.weight.detach(), initial)
            parametrize.register_parametrization(layer, "weight", soft[f"{name}.weight"])
    return soft


def hard(soft):
    """The masks 1[s > 0]."""
    return {name: one.s.detach() > 0 for name, one in soft.items()}


def penalised(soft, penalty):
    """The loss with λ Σ m."""
    return lambda net, batch: cross_entropy(net, batch) + penalty * sum(m.mask().sum() for m in soft.values())


def optimizer_of(net, soft, recipe, settings):
    """SGD on weights and mask logits; weight decay is for weights only."""
    logits = [one.s for one in soft.values()]
    ids = set(map(id, logits))
    weights = [weight for weight in net.parameters() if id(weight) not in ids]
    return SGD(
        [{"params": weights, "weight_decay": recipe.weight_decay}, {"params": logits, "lr": settings.lr}],
        recipe.lr, recipe.momentum,
    )


class Annealing(Around):
    """Lets β grow with every step of `optimizer`, from 1 in the first to `beta` in the last of `steps`."""

    def __init__(self, soft, optimizer, beta, steps):
        super().__init__(optimizer)
        self.soft, self.beta, self.steps = soft, beta, steps

    def before(self, taken):
        for one in self.soft.values():
            one.beta.fill_(self.beta ** (taken / max(self.steps - 1, 1)))


def search(seed, given, settings):
    """Trains a network with soft masks; its hard masks."""
    rng = start(seed)
    net = network(given.role)
    soft = soften(net, settings.initial)
    optimizer = optimizer_of(net, soft, given.recipe, settings)
    annealing = Annealing(soft, optimizer, settings.beta, given.steps)
    history = trained(
        f"soft masks, seed {seed}", net, annealing, given, rng, loss=penalised(soft, settings.penalty),
    )
    keep_history("lottery/continuous/soft", seed, history)
    return hard(soft)


def run():
    given, settings = setting(), read("lottery.continuous", Continuous)
    for seed in each_seed(read("lottery.seeds", Few)):
        masks = search(seed, given, settings)
        dense = kept("rounds/0/global", seed)
        surplus = remaining(whole(dense)) - remaining(masks)
        by_magnitude = pruned(whole(dense), magnitudes(dense), surplus)
        for name, chosen in ("ticket", masks), ("magnitude", by_magnitude):
            start(seed)
            fit(f"continuous/{name}", seed, kept("rewind", seed), chosen, given, given.step)


if __name__ == "__main__":
    main(run)
