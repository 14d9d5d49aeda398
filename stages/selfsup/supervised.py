"""The control with labels: the same encoder, views without changes of colour, and cross-entropy."""

from torch import nn

from stages.core.data import Batches
from stages.core.train import cross_entropy
from stages.selfsup.augment import view
from stages.selfsup.nets import Headed


class Labelled:
    """Training batches (x, y) of random views."""

    def __init__(self, batches, options, rng):
        self.batches, self.options, self.rng = batches, options, rng

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        for x, y in self.batches:
            yield view(x, x.shape[2], (self.options.scale, 1.0), 0.0, self.rng), y


def supervised(encoder, split, size, views, options, rng):
    """What is trained, on which batches, by which loss."""
    net = Headed(encoder, head=nn.Linear(encoder.width, int(split.labels.max()) + 1))
    return net, Labelled(Batches(split, size, rng), views, rng), cross_entropy
