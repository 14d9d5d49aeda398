"""Training a network of the first classes on, with or without outliers beside its images.

All networks of a seed begin with the same weights, have the same epochs and learning rate and see the same
batches of images, shifted and mirrored in the same way; they differ in their loss and in the outliers, which
are drawn by a generator of their own.
"""

from itertools import chain, repeat

import torch

from stages.core.compute import generator, start
from stages.core.data import Batches
from stages.core.nets import load_net
from stages.core.params import Count, Training, read
from stages.core.recipe import augmented, fit, keep, weights_path
from stages.core.seeds import each_seed
from stages.ood.params import Finetuning
from stages.ood.recipe import KNOWN, finetuned_name, known_role

OUTLIERS_SEED = 1_000_000                                    # plus the seed: a stream of their own


class Beside:
    """Batches (x, y, outliers): an epoch is one pass over `inside`; `outside` begins again when it ends."""

    def __init__(self, inside, outside):
        self.inside, self.outside = inside, outside

    def __len__(self):
        return len(self.inside)

    def __iter__(self):
        endless = chain.from_iterable(repeat(self.outside))
        for (x, y), (outliers, _) in zip(self.inside, endless, strict=False):
            yield x, y, outliers


def halves(net, x, outliers):
    """Logits of images and of outliers from one forward pass, so that both have the same batch norm.

    Two passes would normalise each by its own statistics, and the running ones would be of neither.
    """
    return net(torch.cat([x, outliers])).float().split([len(x), len(outliers)])


def beside(inside, outliers, settings, recipe, seed):
    """The batches `inside`, with outliers beside them if there are any."""
    if not len(outliers):
        return inside
    rng = generator(OUTLIERS_SEED + seed)
    return Beside(inside, Batches(outliers, settings.outliers, rng, recipe.pad, recipe.flip))


def finetune(name, loss, outliers):
    """Trains the network of the first classes on for every seed, and keeps it.

    `loss` sees batches (x, y, outliers) or, if the split `outliers` is empty, (x, y).
    """
    settings, role = read("ood.finetuning", Finetuning), known_role(read("ood.known.classes", Count))
    recipe = read("training", Training).model_copy(update={"epochs": settings.epochs, "lr": settings.lr})
    for seed in each_seed():
        rng = start(seed)
        batches = beside(augmented(role.train, recipe, rng), outliers, settings, recipe, seed)
        net = load_net(weights_path(KNOWN, seed))
        keep(finetuned_name(name), seed, net, fit(net, batches, recipe, f"{name}, seed {seed}", loss))
