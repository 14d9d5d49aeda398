"""How alike images are: structural similarity at several scales, and cosines.

Wang, Simoncelli, Bovik, "Multi-scale structural similarity", Asilomar 2003,
https://doi.org/10.1109/ACSSC.2003.1292216: with l, c, s of Wang et al. 2004 in windows, means over windows,

    MS-SSIM = (l c s)_M^w_M  prod_{j < M} (c s)_j^w_j

each scale half as large as the one before. Their images are larger: here windows are of 7x7 pixels, all
alike, as scikit-image has them by default, and there are as many scales as 7 pixels fit into, with the first
weights, scaled to sum to 1: three at 32x32 and at 28x28. A mean below 0 counts as 0.

n pairs of images (n, c, h, w) in [0, 1].
"""

import torch
import torch.nn.functional as F

WINDOW, K1, K2 = 7, 0.01, 0.03
WEIGHTS = 0.0448, 0.2856, 0.3001, 0.2363, 0.1333


def windows(x, y):
    """Means over channels and windows of l c s and of c s: (n,) each."""
    def mean(z):
        return F.avg_pool2d(z, WINDOW, 1)

    count = WINDOW * WINDOW
    mx, my = mean(x), mean(y)
    unbiased = count / (count - 1)
    vx, vy, vxy = (unbiased * (mean(a * b) - ma * mb)
                   for a, b, ma, mb in ((x, x, mx, mx), (y, y, my, my), (x, y, mx, my)))
    contrast = (2 * vxy + K2**2) / (vx + vy + K2**2)
    luminance = (2 * mx * my + K1**2) / (mx.square() + my.square() + K1**2)
    return (luminance * contrast).flatten(1).mean(1), contrast.flatten(1).mean(1)


def ms_ssim(x, y):
    """MS-SSIM of each pair: (n,)."""
    x, y, parts = x.double(), y.double(), []
    while min(x.shape[2:]) >= WINDOW and len(parts) < len(WEIGHTS):
        parts.append(windows(x, y))
        x, y = F.avg_pool2d(x, 2), F.avg_pool2d(y, 2)
    weights = torch.tensor(WEIGHTS[: len(parts)], dtype=x.dtype, device=x.device)
    values = torch.stack([contrast for _, contrast in parts[:-1]] + [parts[-1][0]])
    return (values.clamp(min=0) ** (weights / weights.sum())[:, None]).prod(0)


def pairs(n, count, rng):
    """`count` pairs of different numbers below n: two tensors."""
    first = torch.randint(n, (count,), generator=rng, device=rng.device)
    return first, (first + torch.randint(1, n, (count,), generator=rng, device=rng.device)) % n


def cosine(images):
    """Mean cosine between different images, as vectors of their pixels; 1 if all are alike."""
    unit = F.normalize(images.flatten(1).double(), dim=1)
    n = len(unit)
    return ((unit.sum(0).square().sum() - n) / (n * (n - 1))).item()
