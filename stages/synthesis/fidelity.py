"""How near images are to those that they should be: n images (n, c, h, w) in [0, 1]."""

import numpy as np
import torch


def psnr(images, truth, mask=1.0):
    """Peak signal-to-noise ratio in dB, where the `mask` (n, 1, h, w) is 1: (n,); at most 100 dB."""
    weight = torch.as_tensor(mask, device=images.device).expand(images.shape)
    error = ((images - truth).square() * weight).sum((1, 2, 3)) / weight.sum((1, 2, 3))
    return -10 * error.clamp(min=1e-10).log10()


def ssim(images, truth):
    """Structural similarity (Wang et al. 2004), windows of 7 pixels: (n,)."""
    from skimage.metrics import structural_similarity

    pairs = zip(images.cpu().numpy(), truth.cpu().numpy(), strict=True)
    return torch.from_numpy(np.array([
        structural_similarity(one, other, data_range=1.0, channel_axis=0) for one, other in pairs
    ]))
