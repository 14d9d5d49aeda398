"""The best approximation of a weight matrix by one of lower rank, and networks made of such.

Eckart & Young, Psychometrika 1936, https://doi.org/10.1007/BF02288367: of all matrices of rank k, the first k
singular triples of W are nearest to it, and the distance is what was left out:

    W = sum_i s_i u_i v_i',  s_1 >= s_2 >= ...
    W_k = sum_{i <= k} s_i u_i v_i',   |W - W_k|_F = (sum_{i > k} s_i^2)^(1/2)

W_k is kept as two matrices, (u_i sqrt(s_i)) and (sqrt(s_i) v_i'): as large as one another, so that training
that goes on from them moves both alike.
"""

import torch

from stages.lowrank.nets import Perceptron


def decomposed(net):
    """U (n, r), s (r,), V' (r, m) of every weight matrix of a Perceptron of whole matrices; float64, CPU."""
    return [
        torch.linalg.svd(linear.weight.detach().double().cpu(), full_matrices=False) for linear in net.layers
    ]


def left_out(s):
    """|W - W_k| / |W| for k = 1 ... r, of singular values (r,)."""
    squares = s.square()
    beyond = squares.flip(0).cumsum(0).flip(0)[1:]           # sum over i > k
    return torch.cat([beyond, beyond.new_zeros(1)]).div(squares.sum()).sqrt()


@torch.no_grad()
def factorised(net, triples, ranks):
    """A Perceptron that computes as `net` does with its matrices at these ranks, None for a whole one, in
    evaluation mode; `triples` are those of `net` by `decomposed`.
    """
    made = Perceptron(**net.shape | {"ranks": ranks})
    for whole, mine, (u, s, v), k in zip(net.layers, made.layers, triples, ranks, strict=True):
        if k is None:
            mine.load_state_dict(whole.state_dict())
            continue
        root = s[:k].sqrt()
        inner, outer = mine
        inner.weight.copy_(root[:, None] * v[:k])
        outer.weight.copy_(u[:, :k] * root)
        outer.bias.copy_(whole.bias)
    return made.eval()
