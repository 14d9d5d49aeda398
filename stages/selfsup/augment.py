"""Random crops and colours of whole batches, as SimCLR has them for small images: no blur.

Chen et al., ICML 2020, https://arxiv.org/abs/2002.05709, appendices A and B.9. x is (b, c, h, w) in [0, 1],
grey or red, green and blue; a box is (top, left, height, width) in pixels, float (b, 4). Whatever is drawn
comes from one generator on the device, a number an image. Two things differ from torchvision, which the
authors' code follows: colours change in one order, brightness, contrast, saturation, hue, and a box that
would not fit is cut to the image.
"""

import math

import torch

LUMA = 0.2989, 0.587, 0.114                                  # red, green, blue in a grey; ITU-R 601
RATIO = math.log(4 / 3)                                      # sides of a box are up to 4 : 3
JITTERED, GREY = 0.8, 0.2                                    # shares of images


def uniform(low, high, n, rng):
    """n numbers, evenly in [low, high)."""
    return low + (high - low) * torch.rand(n, generator=rng, device=rng.device)


def boxes(n, side, scale, rng):
    """n boxes that cover a share of the image in `scale`, an interval, with sides of whole pixels."""
    area, ratio = side**2 * uniform(*scale, n, rng), uniform(-RATIO, RATIO, n, rng).exp()
    height, width = (length.sqrt().round().clamp(1, side) for length in (area / ratio, area * ratio))
    top, left = ((torch.rand(n, generator=rng, device=rng.device) * (side - length + 1)).floor()
                 for length in (height, width))
    return torch.stack([top, left, height, width], 1)


def weights(start, length, size, side, mirrored=None):
    """How much each of `side` pixels is in each of `size` to which a line from `start` on is resized,
    bilinear: (b, size, side). The line is read backwards where it is `mirrored`, bool (b,).
    """
    start, length = start[:, None], length[:, None]
    at = start + (torch.arange(size, device=start.device) + 0.5) * length / size - 0.5
    at = at.clamp(start, start + length - 1)                 # nothing from beyond the box
    if mirrored is not None:
        at = torch.where(mirrored[:, None], at.flip(1), at)
    return (1 - (at[:, :, None] - torch.arange(side, device=at.device)).abs()).clamp_(min=0)


def crops(x, box, size, mirrored=None):
    """What is in the boxes, resized to (b, c, size, size), and mirrored where `mirrored` says so."""
    top, left, height, width = box.T
    rows = weights(top, height, size, x.shape[2])[:, None]
    columns = weights(left, width, size, x.shape[3], mirrored)[:, None]
    return rows @ x @ columns.transpose(2, 3)


def random_crops(x, size, scale, rng, box=None):
    """Random boxes of the images, or those that are given, each mirrored half of the time."""
    box = boxes(len(x), x.shape[2], scale, rng) if box is None else box
    return crops(x, box, size, torch.rand(len(x), generator=rng, device=rng.device) < 0.5)


def grey(x):
    """(b, 1, h, w)."""
    if x.shape[1] == 1:
        return x
    return LUMA[0] * x[:, :1] + LUMA[1] * x[:, 1:2] + LUMA[2] * x[:, 2:]


def blended(x, other, factor):
    """`factor` (b,) of x and the rest of `other`, within [0, 1]."""
    factor = factor.view(-1, 1, 1, 1)
    return (factor * x + (1 - factor) * other).clamp(0, 1)


def hue_shifted(x, shift):
    """x with its hue turned by `shift` (b,), 1 being the whole circle."""
    value, low = x.amax(1), x.amin(1)
    chroma = value - low
    safe = torch.where(chroma == 0, 1.0, chroma)
    r, g, b = ((x[:, i] - low) / safe for i in range(3))
    sector = torch.where(x[:, 0] == value, g - b, torch.where(x[:, 1] == value, 2 + b - r, 4 + r - g))
    turned = sector + 6 * shift.view(-1, 1, 1)               # of six sectors
    k = (turned[:, None] + torch.tensor([5.0, 3.0, 1.0], device=x.device).view(1, 3, 1, 1)) % 6
    return value[:, None] - chroma[:, None] * torch.minimum(k, 4 - k).clamp(0, 1)


def jittered(x, strength, rng):
    """Colours changed in most images, as far as `strength` allows, and taken out of some; of grey images only
    brightness and contrast are changed.
    """
    n = len(x)
    chosen = torch.rand(n, generator=rng, device=x.device) < JITTERED
    factors = [uniform(1 - 0.8 * strength, 1 + 0.8 * strength, n, rng).clamp(min=0) for _ in range(3)]
    brightness, contrast, saturation = (torch.where(chosen, factor, 1.0) for factor in factors)
    x = blended(x, torch.zeros_like(x[:, :1]), brightness)
    x = blended(x, grey(x).mean((1, 2, 3), keepdim=True), contrast)
    if x.shape[1] == 1:
        return x
    x = blended(x, grey(x), saturation)
    x = hue_shifted(x, torch.where(chosen, uniform(-0.2 * strength, 0.2 * strength, n, rng), 0.0))
    drained = torch.rand(n, generator=rng, device=x.device) < GREY
    return torch.where(drained.view(-1, 1, 1, 1), grey(x), x)


class Viewed:
    """Base of training batches that are made of views of the images in others, `batches`.

    `options` is section `selfsup.views`.
    """

    def __init__(self, batches, options, rng):
        self.batches, self.options, self.rng = batches, options, rng

    def __len__(self):
        return len(self.batches)

    def seen(self, x, strength):
        """A view of every image, as large as it is."""
        return view(x, x.shape[2], (self.options.scale, 1.0), strength, self.rng)


def view(x, size, scale, strength, rng, box=None):
    """A random view of every image, (b, c, size, size), channels last in memory."""
    seen = random_crops(x, size, scale, rng, box)
    if strength:
        seen = jittered(seen, strength, rng)
    return seen.contiguous(memory_format=torch.channels_last)
