"""Are confidences right? Expected calibration error, reliability, and the temperature that repairs it.

Guo, Pleiss, Sun, Weinberger, ICML 2017, https://arxiv.org/abs/1706.04599: the largest softmax probability is
an image's confidence; in M equal bins,

    ECE = sum over bins of |B| / n * |accuracy(B) - confidence(B)|                         (3)
    T   = argmin over T > 0 of the cross-entropy of softmax(z / T), on images held out     (section 4.2)

Here a temperature is fitted on one half of the test images and applied to the other, in turns. n images,
c classes.
"""

import math

import torch
from scipy.optimize import minimize_scalar

from stages.core.scores import correct, loss

BINS = 15
LOWEST, HIGHEST = 0.05, 20.0                                 # temperatures that are tried


def contributions(logits, labels):
    """What each image adds to the calibration error: float64 (n,), whose mean it is.

    An image gives its bin's sign times (right - confidence): the gap of a bin is the absolute value of their
    sum. So the error can be compared image by image, like an accuracy.
    """
    confidence, bin_of = binned(logits)
    gap = correct(logits, labels).double() - confidence
    sums = torch.zeros(BINS, dtype=torch.float64).index_add_(0, bin_of, gap)
    return sums.sign()[bin_of] * gap


def reliability(logits, labels):
    """Mean confidence, accuracy and share of the images in each bin that has some: float64 (bins, 3)."""
    confidence, bin_of = binned(logits)
    rows = torch.stack([confidence, correct(logits, labels).double(), torch.ones_like(confidence)], 1)
    sums = torch.zeros(BINS, 3, dtype=torch.float64).index_add_(0, bin_of, rows)
    sums = sums[sums[:, 2] > 0]
    return torch.cat([sums[:, :2] / sums[:, 2:], sums[:, 2:] / len(labels)], 1)


def binned(logits):
    """Confidence of each image, float64 (n,), and its bin, int64 (n,); bin k holds (k / BINS, (k+1) / BINS].
    """
    confidence = logits.double().softmax(1).amax(1)
    return confidence, (confidence * BINS).ceil().long().clamp(1, BINS) - 1


def temperature(logits, labels):
    """The temperature with the least cross-entropy."""
    found = minimize_scalar(
        lambda exponent: loss(logits / math.exp(exponent), labels),
        bounds=(math.log(LOWEST), math.log(HIGHEST)), method="bounded", options={"xatol": 1e-6},
    )
    return math.exp(found.x)


def repaired(logits, labels):
    """Logits (n, c) divided by the temperature of the other half of the images, and the two temperatures."""
    half = len(labels) // 2
    temperatures = temperature(logits[half:], labels[half:]), temperature(logits[:half], labels[:half])
    return torch.cat([logits[:half] / temperatures[0], logits[half:] / temperatures[1]]), temperatures
