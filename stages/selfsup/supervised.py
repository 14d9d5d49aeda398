"""The control with labels: the same encoder, views without changes of colour, and cross-entropy."""

from torch import nn

from stages.core.data import Batches
from stages.core.train import cross_entropy
from stages.selfsup.augment import Viewed
from stages.selfsup.nets import Headed


class Labelled(Viewed):
    """Training batches (x, y) of random views."""

    def __iter__(self):
        for x, y in self.batches:
            yield self.seen(x, 0.0), y


def supervised(encoder, split, size, views, options, rng):
    """What is trained, on which batches, by which loss."""
    net = Headed(encoder, head=nn.Linear(encoder.width, int(split.labels.max()) + 1))
    return net, Labelled(Batches(split, size, rng), views, rng), cross_entropy
