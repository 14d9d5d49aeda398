"""Power iteration against numpy.linalg.eigvalsh."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from stages.noise.hessian import hessian, largest_eigenvalue


def rotated(eigenvalues):
    """A symmetric matrix with these eigenvalues."""
    q, _ = torch.linalg.qr(torch.randn(len(eigenvalues), len(eigenvalues), dtype=torch.float64))
    return q @ torch.diag(torch.tensor(eigenvalues, dtype=torch.float64)) @ q.T


@pytest.mark.parametrize("eigenvalues", [[5.0, 1.0, -2.0], [3.0, -7.0, 1.0], [-1.0, -2.0, -9.0], [4.0, 0, 0]])
def test_on_a_quadratic(eigenvalues):
    a, w = rotated(eigenvalues), torch.randn(3, dtype=torch.float64, requires_grad=True)
    value = largest_eigenvalue(hessian(lambda part: w @ a @ w / 2, [[0]], [w]), [w], 200)
    assert value == pytest.approx(max(eigenvalues), abs=1e-8)


def test_on_a_network_against_its_whole_hessian():
    torch.manual_seed(3)
    net = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 3)).double()
    x, y = torch.randn(20, 4, dtype=torch.float64), torch.arange(20) % 3
    weights = list(net.parameters())
    names = [name for name, _ in net.named_parameters()]

    def loss(*values, part=slice(None)):
        logits = torch.func.functional_call(net, dict(zip(names, values, strict=True)), (x[part],))
        return F.cross_entropy(logits, y[part])

    blocks = torch.autograd.functional.hessian(loss, tuple(weights))
    sizes = [weight.numel() for weight in weights]
    whole = np.block([[blocks[i][j].reshape(sizes[i], sizes[j]).numpy() for j in range(4)] for i in range(4)])
    wanted = np.linalg.eigvalsh(whole)[-1]
    parts = [range(8), range(8, 16), range(16, 20)]          # the last weighs half as much
    product = hessian(lambda part: loss(*weights, part=list(part)), parts, weights)
    assert largest_eigenvalue(product, weights, 500) == pytest.approx(wanted, rel=1e-8)
