"""The largest eigenvalue of the Hessian, without the Hessian.

Power iteration, v <- H v / |H v|, needs only products H v = grad(grad L . v) (Pearlmutter 1994).
"""

import torch
from torch.nn.utils import get_total_norm


def hessian(loss, parts, weights):
    """The function v -> H v, of lists of tensors like `weights`, for the Hessian H of the mean loss over all
    images of `parts`, each weighted by its size; only one part's graph is in memory at a time.
    """
    n = sum(map(len, parts))

    def product(vector):
        total = [torch.zeros_like(weight) for weight in weights]
        for part in parts:
            gradients = torch.autograd.grad(loss(part), weights, create_graph=True)
            image = torch.autograd.grad(gradients, weights, vector, materialize_grads=True)
            torch._foreach_add_(total, image, alpha=len(part) / n)
        return total

    return product


def largest_eigenvalue(product, like, iterations):
    """The largest (not the largest absolute) eigenvalue of a symmetric `product` of tensors like `like`."""
    dominant = power_iteration(product, like, iterations)
    if dominant >= 0:
        return dominant

    def shifted(vector):                                     # H - dominant I has no negative eigenvalue
        return [h - dominant * v for h, v in zip(product(vector), vector, strict=True)]

    return dominant + power_iteration(shifted, like, iterations)


def power_iteration(product, like, iterations):
    """The eigenvalue of largest absolute value of a symmetric `product`, as the quotient v . Hv at the last
    v.
    """
    vector = normalised([torch.randn_like(weight) for weight in like])
    for _ in range(iterations):
        image = product(vector)
        value = sum((v * h).sum() for v, h in zip(vector, image, strict=True)).item()
        vector = normalised(image)
    return value


def normalised(vector):
    """`vector`, a list of tensors, at length 1."""
    norm = get_total_norm(vector) + 1e-30
    return [part / norm for part in vector]
