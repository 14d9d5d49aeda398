"""What a network makes of images: logits, and the scores that follow from them. n images, c classes."""

import torch
import torch.nn.functional as F

from stages.core.compute import mixed
from stages.core.data import unit


@torch.no_grad()
def logits(net, images, batch_size=500):
    """Logits (n, c), float32, of uint8 images (n, channels, h, w), by `net` in evaluation mode."""
    if net.training:
        raise AssertionError("scores of a network in training mode depend on the batch: call net.eval()")
    with mixed():
        return torch.cat([net(unit(part)).float() for part in images.split(batch_size)])


def correct(logits, labels):
    """Which images are classified correctly: bool (n,)."""
    return logits.argmax(1) == labels


def accuracy(logits, labels):
    """Share of images classified correctly, in [0, 1]."""
    return correct(logits, labels).double().mean().item()


def loss(logits, labels):
    """Mean cross-entropy, in nats."""
    return F.cross_entropy(logits.double(), labels).item()


def brier(logits, labels):
    """Squared error of the softmax probabilities of each image: (n,), in [0, 2].

    Brier, Monthly Weather Review 1950. Its mean is least where the probabilities are true, and it has no
    bias, which the binned error below has.
    """
    probabilities = logits.double().softmax(1)
    return (probabilities - F.one_hot(labels, probabilities.shape[1])).square().sum(1)


def calibration_error(logits, labels, bins=15):
    """Expected calibration error, in [0, 1]: mean over bins of |accuracy - confidence|, weighted by their
    size.

    Guo et al., ICML 2017, https://arxiv.org/abs/1706.04599, equation 3: `bins` equal intervals (a, b] of the
    largest softmax probability. It describes; networks are compared by `brier`.
    """
    confidence = logits.double().softmax(1).amax(1)
    bin_of = (confidence * bins).ceil().long().clamp(1, bins) - 1
    gap = correct(logits, labels).double() - confidence
    per_bin = torch.zeros(bins, dtype=torch.float64, device=logits.device).index_add_(0, bin_of, gap)
    return (per_bin.abs().sum() / len(labels)).item()
