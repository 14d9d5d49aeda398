"""Losses that trust labels more or less, of logits z (b, c) and labels y (b,); p = softmax z.

CE         -log p_y
SCE        alpha CE + beta RCE,  RCE = -sum_k p_k log q_k with log 0 := A < 0, q the label: for one-hot labels
           RCE = -A (1 - p_y), so that only the product beta A matters. Wang et al., ICCV 2019,
           https://arxiv.org/abs/1908.06112
GCE        (1 - p_y^q) / q: CE as q -> 0, mean absolute error at 1. Zhang & Sabuncu, NeurIPS 2018,
           https://arxiv.org/abs/1805.07836
smoothing  CE with (1 - s) of the label and s / c on every class. Szegedy et al., CVPR 2016,
           https://arxiv.org/abs/1512.00567
bootstrap  CE with a share of the label and the rest of arg max p, called hard. Reed et al. 2014,
           https://arxiv.org/abs/1412.6596
forward    -log (p' T)_y with T_ij the share of class i that is given as j. Patrini et al., CVPR 2017,
           https://arxiv.org/abs/1609.03683
mixup      mixtures of two images and of their labels (stages/core/mixup.py)
"""

from functools import partial

import torch.nn.functional as F

from stages.core.mixup import mixup


def of_label(z, y):
    """log p_y, (b,)."""
    return -F.cross_entropy(z, y, reduction="none")


def symmetric(z, y, alpha, beta, a):
    reverse = -a * (1 - of_label(z, y).exp()).mean()
    return alpha * F.cross_entropy(z, y) + beta * reverse


def generalised(z, y, q):
    return ((1 - (q * of_label(z, y)).exp()) / q).mean()


def smoothed(z, y, share):
    return F.cross_entropy(z, y, label_smoothing=share)


def bootstrapped(z, y, share):
    return share * F.cross_entropy(z, y) + (1 - share) * F.cross_entropy(z, z.argmax(1))


def forward(z, y, transition):
    return -(z.log_softmax(1) + transition.log().T[y]).logsumexp(1).mean()   # zeros of T drop out as -inf


LOSSES = {"ce": F.cross_entropy, "sce": symmetric, "gce": generalised, "smoothing": smoothed,
          "bootstrap": bootstrapped, "forward": forward}


def loss_of(method, options, transition):
    """loss(net, batch) by a method's name, the values of its section, and T, for `forward`."""
    if method == "mixup":
        return mixup
    if method == "forward":
        options = {"transition": transition}
    of = partial(LOSSES[method], **options)
    return lambda net, batch: of(net(batch[0]).float(), batch[1])
