"""Are confidences right? What a temperature would mend of them, and how they compare with accuracy.

Guo, Pleiss, Sun, Weinberger, ICML 2017, https://arxiv.org/abs/1706.04599, section 4.2:

    T = argmin over T > 0 of the cross-entropy of softmax(z / T), on images held out

A temperature is fitted on one half of the test images and applied to the other, in turns. The fewer nats an
image gains by it, the better calibrated the network was: a difference of log-likelihoods, which has a value
for every image and no bias, where the binned error has one. n images, c classes.
"""

import math

import torch
import torch.nn.functional as F
from scipy.optimize import minimize_scalar

from stages.core.scores import correct, loss

LOWEST, HIGHEST = 0.05, 20.0                                 # temperatures that are tried
TENTHS = 10


def nats(logits, labels):
    """Cross-entropy of each image: float64 (n,)."""
    return F.cross_entropy(logits.double(), labels, reduction="none")


def reliability(logits, labels):
    """Accuracy minus confidence, in [-1, 1], of each tenth of the images, least confident first: (10,)."""
    confidence = logits.double().softmax(1).amax(1)
    gap = correct(logits, labels).double() - confidence
    tenths = gap[confidence.argsort(stable=True)].tensor_split(TENTHS)
    return torch.stack([tenth.mean() for tenth in tenths])


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
