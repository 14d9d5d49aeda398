"""What features tell of classes: a linear layer on those of each block, and the vote of neighbours.

Chen et al. 2020, appendix B.6: the encoder is frozen, and a linear layer learns from the mean over all
pixels of a block. Ours is logistic regression, each feature of mean 0 and deviation 1, with a penalty of half
`decay` times the squared weights, so that it has one optimum whatever the optimizer.
"""

import torch
import torch.nn.functional as F

from stages.core.compute import mixed
from stages.core.data import unit

STEPS = 150                                                  # enough for three digits
TAU = 0.07                                                   # of the vote; Wu et al., CVPR 2018


@torch.no_grad()
def features(encoder, images, batch_size=500):
    """The mean over pixels of what each block makes of images, uint8 or in [0, 1]: a list of (n, d)."""
    with mixed():
        found = [[block.float().mean((2, 3)) for block in encoder.maps(unit(part))]
                 for part in images.split(batch_size)]
    return [torch.cat(parts) for parts in zip(*found, strict=True)]


def standardised(train, test):
    """Both with the training features' mean at 0 and their deviation at 1, and a column of ones."""
    mean, deviation = train.mean(0), train.std(0).clamp(min=1e-6)
    return [F.pad((x - mean) / deviation, (0, 1), value=1.0) for x in (train, test)]


def logistic(x, labels, classes, decay, steps=STEPS):
    """The weights (d, classes) of least mean cross-entropy on x (n, d), with the penalty.

    Newton's method with the one curvature that none exceeds, (x'x / n) / 2 (Böhning 1992), accelerated as
    Nesterov does.
    """
    target, n = F.one_hot(labels, classes).to(x), len(x)
    curvature = x.T @ x / (2 * n) + decay * torch.eye(x.shape[1], device=x.device)
    inverse = torch.linalg.inv(curvature)
    ahead = before = x.new_zeros(x.shape[1], classes)
    for step in range(steps):
        slope = x.T @ ((x @ ahead).softmax(1) - target) / n + decay * ahead
        now = ahead - inverse @ slope
        ahead, before = now + step / (step + 3) * (now - before), now
    return before


def predicted(train, labels, test, classes, decay):
    """The classes that a linear layer on training features gives to test features."""
    x, of_test = standardised(train, test)
    return (of_test @ logistic(x, labels, classes, decay)).argmax(1)


def voted(train, labels, test, classes, count):
    """The classes that the `count` nearest training features by cosine give, each with the weight
    exp(cosine / TAU).
    """
    near, which = (F.normalize(test, dim=1) @ F.normalize(train, dim=1).T).topk(min(count, len(train)), 1)
    return (F.one_hot(labels[which], classes) * (near / TAU).exp()[:, :, None]).sum(1).argmax(1)


def right(encoder, role, options):
    """Which test images the linear layer of each block has right, bool (blocks, n), and the neighbours in
    the last, (n,).
    """
    classes, train, test = len(role.classes), role.train, role.test
    both = [features(encoder, split.images) for split in (train, test)]
    linear = torch.stack([predicted(a, train.labels, b, classes, options.decay) == test.labels
                          for a, b in zip(*both, strict=True)])
    vote = voted(both[0][-1], train.labels, both[1][-1], classes, options.neighbours)
    return {"linear": ("block image", linear), "neighbours": ("image", vote == test.labels)}
