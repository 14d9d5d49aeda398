"""How near images are to those that they should be: n images (n, c, h, w) in [0, 1]."""

import torch

WINDOW = 7                       # pixels, scikit-image's


def psnr(images, truth, mask=1.0):
    """Peak signal-to-noise ratio in dB, where the `mask` (n, 1, h, w) is 1: (n,); at most 100 dB."""
    weight = torch.as_tensor(mask, device=images.device).expand(images.shape)
    error = ((images - truth).square() * weight).sum((1, 2, 3)) / weight.sum((1, 2, 3))
    return -10 * error.clamp(min=1e-10).log10()


def ssim(images, truth):
    """Structural similarity (Wang et al. 2004), windows of 7 pixels: (n,).

    All images are one tall picture for scikit-image, as one by one it takes seconds; windows that reach into
    another image are left out, as are those at the border of a single one.
    """
    from skimage.metrics import structural_similarity

    tall, other = (one.cpu().numpy().reshape(-1, images.shape[3]) for one in (images, truth))
    _, places = structural_similarity(tall, other, win_size=WINDOW, data_range=1.0, full=True)
    edge = WINDOW // 2
    whole = places.reshape(images.shape)[..., edge:-edge, edge:-edge]
    return torch.from_numpy(whole.mean((1, 2, 3))).to(images.device)
