"""Training a network of the first classes on, with or without outliers beside its images.

All variants begin with the same network and have the same epochs and learning rate, so that they differ only
in their loss and in the outliers.
"""

from itertools import chain, repeat

import torch

from stages.core.compute import start
from stages.core.data import Batches
from stages.core.errors import UserError
from stages.core.nets import load_net
from stages.core.params import Count, Training, read
from stages.core.recipe import augmented, fit, keep
from stages.core.train import cross_entropy
from stages.ood.params import Finetuning
from stages.ood.recipe import finetuned_path, known_role


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


def finetuned(title, seed, loss=cross_entropy, outliers=None):
    """The network of the first classes after more training, in evaluation mode, and its history.

    With a split of `outliers`, `loss` sees batches (x, y, outliers), else (x, y).
    """
    settings, recipe = read("ood.finetuning", Finetuning), read("training", Training)
    recipe = recipe.model_copy(update={"epochs": settings.epochs, "lr": settings.lr})
    rng = start(seed)
    batches = augmented(known_role(read("ood.known.classes", Count)).train, recipe, rng)
    if outliers:
        if len(outliers) < settings.outliers:
            raise UserError(
                f"{len(outliers)} outliers do not fill a batch, which has {settings.outliers}: lower "
                "`ood.finetuning.outliers`, or raise `ood.diversity.images`"
            )
        batches = Beside(batches, Batches(outliers, settings.outliers, rng, recipe.pad, recipe.flip))
    net = load_net(finetuned_path("known", seed))
    history = fit(net, batches, recipe, f"{title}, seed {seed}", loss)
    return net.eval(), history


def keep_finetuned(name, seed, net, history):
    """Writes one network where the scores look for it."""
    keep(f"ood/exposure/{name}-{seed}", net, history)
