"""The largest eigenvalue of the Hessian, without the Hessian.

Power iteration, v <- H v / |H v|, needs only products H v = grad(grad L . v) (Pearlmutter 1994).
"""

import torch
from torch.nn.utils import get_total_norm


def largest_eigenvalue(loss, weights, iterations):
    """The largest (not the largest absolute) eigenvalue of the Hessian of `loss`, a scalar, in `weights`."""
    gradients = torch.autograd.grad(loss, weights, create_graph=True)

    def product(vector):
        return torch.autograd.grad(gradients, weights, vector, retain_graph=True, materialize_grads=True)

    dominant = power_iteration(product, weights, iterations)
    if dominant >= 0:
        return dominant

    def shifted(vector):                                     # H - dominant I has no negative eigenvalue
        return [h - dominant * v for h, v in zip(product(vector), vector, strict=True)]

    return dominant + power_iteration(shifted, weights, iterations)


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
