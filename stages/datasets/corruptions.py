"""Common corruptions of images: noise, blur, weather and digital artefacts in five severities.

Hendrycks & Dietterich, "Benchmarking neural network robustness to common corruptions and perturbations",
ICLR 2019, https://arxiv.org/abs/1903.12261, computed by the package imagecorruptions 1.1.2 (Michaelis et al.
2019, https://arxiv.org/abs/1907.07484). Its severities are those of ImageNet-C, whatever the image's size;
CIFAR-10-C, by the first paper's authors, has milder ones.

The package is of 2020. This module lends it what its dependencies have dropped since, and a generator of its
own in place of NumPy's global one; the corruptions are the package's.
"""

import functools
import sys
import types
import warnings
from pathlib import Path

import numpy as np
import torch

from stages.core.errors import UserError
from stages.core.params import among
from stages.datasets.corruption_names import NAMES, SEVERITIES

SMALLEST = 32                    # pixels of height and width that the package needs


def corrupt(image, name, severity, seed):
    """The uint8 array `image` (h, w, 3) with the corruption `name` in `severity`, as uint8 (h, w, 3).

    It depends on nothing else than `seed`, in [0, 2**32): the draws are those that the package makes after
    `np.random.seed(seed)`. Not for several threads at once. UserError for an unknown name or severity and for
    other images.
    """
    check(name, severity)
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or min(image.shape[:2]) < SMALLEST:
        raise UserError(
            f"corruptions take uint8 images of {SMALLEST}x{SMALLEST}x3 or larger, not {image.dtype} of "
            f"{'x'.join(map(str, image.shape))}: use the role `objects`"
        )
    from PIL import Image

    package = adapted()
    package.np.random = np.random.RandomState(seed)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        result = np.asarray(getattr(package, name)(Image.fromarray(image), severity))
    # `spatter` divides 0 by 0 where no drop falls, which is not rare at 32x32: such an image stays as it is.
    return np.where(np.isnan(result), image, result).astype(np.uint8)


def corrupt_all(images, name, severity, seed, first=0):
    """`corrupt` for uint8 images (n, 3, h, w), a tensor or an array; returns a tensor on the same device.

    Image i is drawn from (seed, first + i), so that a set may be corrupted in parts, in any order or process.
    """
    images = torch.as_tensor(images)
    check(name, severity)
    if images.ndim != 4:
        raise UserError(f"corruptions take a set of images, (n, 3, h, w), not {tuple(images.shape)}")
    pixels = images.permute(0, 2, 3, 1).cpu().numpy()                        # (n, h, w, 3)
    result = np.empty_like(pixels)
    for i, image in enumerate(pixels):
        result[i] = corrupt(image, name, severity, seed_of(seed, first + i))
    return torch.from_numpy(result).permute(0, 3, 1, 2).contiguous().to(images.device)


def seed_of(seed, i):
    """The seed of image `i` of a set that has `seed`."""
    return int(np.random.SeedSequence([seed, i]).generate_state(1)[0])


def check(name, severity):
    """Stops unless there is a corruption `name` with this `severity`."""
    if name not in NAMES:
        raise UserError(f"there is no corruption `{name}`{among(name, NAMES)}")
    if severity not in SEVERITIES:
        raise UserError(f"the severity of `{name}` is {severity}, but should be 1, 2, 3, 4 or 5")


class NumPy(types.SimpleNamespace):
    """NumPy, except for the attributes that it is given."""

    def __getattr__(self, name):
        return getattr(np, name)


@functools.cache
def adapted():
    """The package's module of corruptions, with what it misses among its globals; NumPy stays as it is."""
    import skimage

    package = imported()
    package.np = NumPy(float_=np.float64)        # NumPy 2 has no float_; `corrupt` adds `random`
    package.gaussian = gaussian
    package.print = lambda *_: None              # it prints when a blurred layer does not fit exactly

    def noise(image, **options):                 # scikit-image no longer draws from NumPy's global generator
        return skimage.util.random_noise(image, rng=package.np.random.randint(2**31), **options)

    package.sk = types.SimpleNamespace(util=types.SimpleNamespace(random_noise=noise), color=skimage.color)
    return package


def imported():
    """The package's module as it is, imported with stand-ins for modules that setuptools and SciPy drop."""
    import scipy.ndimage

    def resource_filename(module, name):
        return str(Path(sys.modules[module].__file__).parent / name)

    lent = {
        "pkg_resources": types.SimpleNamespace(resource_filename=resource_filename),
        "scipy.ndimage.interpolation": scipy.ndimage,
    }
    before = {name: sys.modules[name] for name in lent if name in sys.modules}
    sys.modules.update(lent)
    try:
        from imagecorruptions import corruptions
    finally:
        for name in lent:
            del sys.modules[name]
        sys.modules.update(before)
    return corruptions


def gaussian(image, *args, multichannel=False, **options):
    """scikit-image's Gaussian filter with the option `multichannel`, which it had before 0.19."""
    import skimage.filters

    return skimage.filters.gaussian(image, *args, channel_axis=-1 if multichannel else None, **options)
