"""How likely images are under what a generator makes: a Gaussian window around each of its samples.

Goodfellow et al. 2014, section 5, after Breuleux, Bengio & Vincent, Neural Computation 2011,
https://doi.org/10.1162/NECO_a_00147. With N samples s_i of d pixels in [0, 1],

    log p(x) = log 1/N sum_i exp(-|x - s_i|^2 / 2 sigma^2) - d/2 log(2 pi sigma^2)        in nats

sigma is the one of `WIDTHS` under which images that were held out of training are likeliest.
"""

import math

import torch

WIDTHS = [round(10 ** (-1.4 + i / 10), 3) for i in range(13)]            # 0.04 to 0.63
PART = 500                       # images at a time: all distances to 50,000 samples would take gigabytes


def squares(images, samples):
    """Squared distances of images (n, ...) to samples (m, ...): (n, m), float64."""
    x, s = images.flatten(1).double(), samples.flatten(1).double()
    return torch.cdist(x, s).square()


def likelihood(distances, pixels, sigma):
    """log p of each image, of its squared distances (n, m) to the samples: (n,)."""
    windows = torch.logsumexp(-distances / (2 * sigma**2), 1) - math.log(distances.shape[1])
    return windows - pixels / 2 * math.log(2 * math.pi * sigma**2)


def likelihoods(images, samples, widths):
    """log p of each image under windows of these widths around the samples: (widths, n)."""
    pixels, found = samples[0].numel(), []
    for some in images.split(PART):
        distances = squares(some, samples)
        found.append(torch.stack([likelihood(distances, pixels, sigma) for sigma in widths]))
    return torch.cat(found, 1)


def parzen(samples, validation, test):
    """log p of each image of `test`, (n,), and the width that was chosen on `validation`."""
    sigma = WIDTHS[likelihoods(validation, samples, WIDTHS).mean(1).argmax()]
    return likelihoods(test, samples, [sigma])[0], sigma
