"""What makes gates choose: a distribution that each is asked to have over images, and a price.

Bejnordi et al. 2020 (gating.py). The probabilities p of a gate for the N images of a batch, in ascending
order, should be spread like a Beta distribution with mass at both ends, so that the gate is neither always
open nor always closed but depends on the image; and every open gate costs:

    L = cross-entropy + γ sum over blocks, mean over gates, images of (F_Beta(p_(i)) - i / (N + 1))^2
                      + λ sum over blocks, mean over gates, images of p

γ falls linearly from the first step to 0 at `annealing` of training; from there λ rises linearly until `ramp`
and then stays. The mean over a block's gates, so that wide blocks count no more than others, is ours.
"""

import math

import torch

from stages.core.train import SGD, Around

TERMS = 30                                                   # of the series: 2^-30 of what is left is lost
STEEPEST, FLATTEST = 100.0, 1e-3                             # of the density in the gradient, authors' code


class BetaCdf(torch.autograd.Function):
    """F(p; a, b) of the Beta distribution, with its density, kept within bounds, as the gradient."""

    @staticmethod
    def forward(context, p, a, b):
        context.save_for_backward(p)
        context.of = a, b
        low = p <= 0.5
        return torch.where(low, lower(p, a, b), 1 - lower(1 - p, b, a))

    @staticmethod
    def backward(context, gradient):
        (p,), (a, b) = context.saved_tensors, context.of
        density = p ** (a - 1) * (1 - p) ** (b - 1) / beta(a, b)
        return gradient * density.clamp(FLATTEST, STEEPEST), None, None


def lower(p, a, b):
    """F(p; a, b) for p up to 1/2, by the power series of the incomplete beta function:

    p^a / B(a, b) sum over n of (1 - b)_n / n! p^n / (a + n)
    """
    total, factors, rising = torch.zeros_like(p), [], 1.0
    for n in range(TERMS):
        factors.append(rising / (a + n))
        rising *= (1 - b + n) / (n + 1)
    for factor in reversed(factors):
        total = total * p + factor
    return total * p**a / beta(a, b)


def beta(a, b):
    """The beta function B(a, b)."""
    return math.exp(math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b))


def mismatch(p, a, b):
    """How far the gates p (n, gates), probabilities, are from the prior: mean squared difference of the two
    distribution functions.
    """
    n = len(p)
    rank = p.detach().argsort(dim=0, stable=True).argsort(dim=0, stable=True) + 1
    return (rank / (n + 1) - BetaCdf.apply(p, a, b)).square().mean()


class Shaped:
    """A loss(net, batch) with the price of gates and their distance from the prior, both with the weights of
    the current step, which `Ramp` sets: [λ, γ].
    """

    def __init__(self, loss, prior, like):
        self.loss, self.a, self.b = loss, prior.a, prior.b
        self.weights = torch.zeros(2, device=like.device)

    def __call__(self, net, batch):
        value = self.loss(net, batch)
        chances = [gate.logits.sigmoid() for gate in net.gates]
        price = sum(p.mean() for p in chances)
        return value + self.weights[0] * price + self.weights[1] * sum(
            mismatch(p, self.a, self.b) for p in chances)


class Ramp(Around):
    """Sets the weights of a `Shaped` loss before each of `steps` of `optimizer`."""

    def __init__(self, optimizer, shaped, prior, network, steps):
        super().__init__(optimizer)
        self.shaped, self.prior, self.network, self.steps = shaped, prior, network, steps

    def before(self, taken):
        done, falls, risen = taken / self.steps, self.prior.annealing, self.prior.ramp
        self.shaped.weights[0] = self.network.price * min(max((done - falls) / (risen - falls), 0.0), 1.0)
        self.shaped.weights[1] = self.network.shaping * max(1 - done / falls, 0.0)


def optimizer_of(net, recipe):
    """SGD without weight decay on the gates."""
    gates = [weight for gate in net.gates for weight in gate.parameters()]
    ids = set(map(id, gates))
    others = [weight for weight in net.parameters() if id(weight) not in ids]
    groups = [{"params": others}, {"params": gates, "weight_decay": 0.0}]
    return SGD(groups, recipe.lr, recipe.momentum, weight_decay=recipe.weight_decay)
