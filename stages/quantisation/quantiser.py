"""Levels that are learnt: the quantiser of LQ-Nets and the algorithm that trains it.

Zhang, Yang, Ye, Hua, "LQ-Nets: learned quantization for highly accurate and compact deep neural networks",
ECCV 2018, https://arxiv.org/abs/1807.10029, section 3. With K bits a value is rounded to one of 2^K levels

    q = v . b,    b in {-1, 1}^K for weights, {0, 1}^K for activations

whose basis v in R^K is learnt with the network: of weights one for each output channel, of activations one
for a layer. The error |B v - x|^2 over n values x is made smaller in turns (QEM, section 3.3):

    B    each x takes the nearest level: thresholds are midway between neighbours
    v    = (B'B)^-1 B'x

In training every step takes one turn, and v moves a tenth of the way. The gradient passes the rounding as if
it were not there, but for activations above the highest level, where it is 0.

The other kinds of levels differ in one thing each. `uniform`: b is one number, -(L - 1), ..., -1, 1, ...,
L - 1 or 0, ..., L - 1 for L = 2^K, so that v is a scale, learnt alike; at one bit that is the same quantiser.
`backpropagated`: v follows the gradient of the loss, as weights do, and takes no turns.

Ours, not the paper's: with a `strength` λ bits vanish. A turn's basis is shrunk by soft thresholding,

    v_k <- sign(v_k) max(|v_k| - λ r, 0),    r the root mean square of the channel's weights

and where that is 0, bit k of the channel is gone for good. What is left is solved anew, or all levels would
be too small; so what shrinking does is to choose.

c channels, n values of each, L levels, K numbers in a code b.
"""

import itertools

import torch
from torch import nn

from stages.core.compute import device

KEPT = 0.9                       # of the basis, in each step: the authors' code
RIDGE = 1e-4                     # on the diagonal of B'B, towards the basis as it is: there, for weights
TURNS = 20                       # of a basis that is fitted at once


def codes(bits, signed, uniform):
    """All b, (L, K), and the basis (K,) with which their levels are evenly spaced and the highest is 1."""
    top, low = 2**bits - 1, -1.0 if signed else 0.0
    if uniform:
        numbers = torch.arange(top + 1.0, device=device)[:, None]
        return 2 * numbers - top if signed else numbers, torch.full((1,), 1 / top, device=device)
    every = torch.tensor(list(itertools.product([low, 1.0], repeat=bits)), device=device)
    return every, 2.0 ** torch.arange(bits, device=device) / top


def rounded(x, levels):
    """The nearest of `levels` (c, L), in order, to each of x (c, n), of two as near the lower; and, for every
    level, how many values take it and what is their sum, (c, L).
    """
    middles, steps = (levels[:, 1:] + levels[:, :-1]).detach() / 2, levels.diff()
    above = (x[:, None] - middles[..., None]).gt_(0)         # (c, L - 1, n), 0 or 1
    q = levels[:, :1] + (steps[:, None] @ above)[:, 0]
    none, one = x.new_zeros(len(x), 1), x.new_ones(len(x), 1)
    counts = torch.cat([one * x.shape[1], above.sum(2), none], 1)            # of values above each middle
    sums = torch.cat([x.sum(1, keepdim=True), (above @ x[..., None])[..., 0], none], 1)
    return q, -counts.diff(), -sums.diff()


def solved(b, counts, sums, basis, kept):
    """(B'B)^-1 B'x, (c, K), of values that take the codes b (c, L, K) so often and have these sums; 0 where
    `kept` (c, K) is.
    """
    b = b * kept[:, None]
    square = b.mT @ (counts[..., None] * b) + RIDGE * torch.eye(b.shape[2], device=b.device, dtype=b.dtype)
    right = (b.mT @ sums[..., None])[..., 0] + RIDGE * kept * basis
    return torch.linalg.solve_ex(square, right)[0]


class Quantiser(nn.Module):
    """Values (c, n) -> the nearest levels. In training mode, every call takes a turn.

    `signed` is for weights; activations are not below 0.
    """

    def __init__(self, channels, bits, levels, signed, strength=None):
        super().__init__()
        self.codes, basis = codes(bits, signed, levels == "uniform")
        self.signed, self.strength, self.backpropagated = signed, strength, levels == "backpropagated"
        self.register_buffer("kept", torch.ones(channels, len(basis), device=device))
        basis = basis * self.kept
        if self.backpropagated:
            self.basis = nn.Parameter(basis)
        else:
            self.register_buffer("basis", basis)

    def levels(self):
        """The levels of every channel in order, (c, L), and their codes, (c, L, K)."""
        b = self.codes[(self.basis.detach() @ self.codes.T).argsort(1)]
        return (b @ self.basis[..., None])[..., 0], b

    def forward(self, x):
        levels, b = self.levels()
        q, counts, sums = rounded(x.detach(), levels)
        if self.training and not self.backpropagated:
            with torch.no_grad():
                best = self.turn(x, b, counts, sums)
                self.basis.mul_(KEPT).add_(best, alpha=1 - KEPT).mul_(self.kept)
        through = x if self.signed else x * x.detach().clone().le_(levels[:, -1:].detach())
        return q + (through - through.detach())

    def turn(self, x, b, counts, sums):
        """The basis that is best for what rounding found of x; with a strength, what is `kept` shrinks."""
        best = solved(b, counts, sums, self.basis, self.kept)
        if self.strength is None:
            return best
        shrunk = best.abs() - self.strength * x.square().mean(1, keepdim=True).sqrt()
        self.kept.mul_(shrunk > 0)
        return solved(b, counts, sums, self.basis, self.kept)

    @torch.no_grad()
    def fit(self, x):
        """Takes turns at once, without a strength, from levels that are evenly spaced up to twice the root
        mean square of x (c, n).
        """
        self.basis.mul_(2 * x.square().mean(1, keepdim=True).sqrt())
        for _ in range(TURNS):
            levels, b = self.levels()
            self.basis.copy_(solved(b, *rounded(x, levels)[1:], self.basis, self.kept))
