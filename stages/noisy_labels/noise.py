"""Wrong labels: which images get one, and which.

symmetric    the wrong label is drawn evenly from all other classes, never the true one (Wang et al. 2019)
asymmetric   classes that look alike: images of some classes get the label of one other (PAIRS)

The rate is of every class that has wrong labels, to the nearest image, and exact: how many are wrong is not
drawn, only which.
"""

import numpy as np
import torch

PAIRS = {
    "digits": {2: 7, 3: 8, 5: 6, 6: 5, 7: 1},
    "objects": {9: 1, 2: 0, 3: 5, 5: 3, 4: 7},   # truck → car, bird → plane, cat ↔ dog, deer → horse
}


def drawn(labels, rate, classes, rng):
    """Positions of `rate` of the labels of each of `classes`."""
    of_class = [np.flatnonzero(labels == one) for one in classes]
    return np.concatenate([rng.permutation(at)[: round(rate * len(at))] for at in of_class])


def symmetric(labels, rate, classes, rng):
    """Labels (n,), of so many classes, of which `rate` are wrong: any of the other classes."""
    given, wrong = labels.copy(), drawn(labels, rate, range(classes), rng)
    given[wrong] = (given[wrong] + rng.integers(1, classes, len(wrong))) % classes
    return given


def asymmetric(labels, rate, pairs, rng):
    """Labels (n,) of which `rate` of each class in `pairs`, class -> wrong label, are wrong."""
    given, wrong = labels.copy(), drawn(labels, rate, list(pairs), rng)
    given[wrong] = [pairs[label] for label in labels[wrong].tolist()]
    return given


def confusion(true, given, classes):
    """How many labels of each true class (rows) are given as which: int64 (classes, classes), of tensors."""
    return (true * classes + given).bincount(minlength=classes**2).view(classes, classes)


def transition(true, given, classes):
    """The share of each true class (rows) that is given as which; a class without images is itself."""
    counts = confusion(true, given, classes).float()
    counts += torch.diag((counts.sum(1) == 0).float())
    return counts / counts.sum(1, keepdim=True)
