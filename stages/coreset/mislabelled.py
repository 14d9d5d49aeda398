"""A proxy that is trained on images of which some have a wrong label: are these what is chosen?

A network of its own, so that all others learn from true labels. The number of wrong labels is exact; which
they are is drawn anew for each seed, and each of the other classes is as likely.
"""

import torch

from stages.core.compute import generator
from stages.core.data import Split
from stages.core.params import Few, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.coreset.images import images
from stages.coreset.order import counted
from stages.coreset.params import Network, Share
from stages.coreset.recipe import learn

OWN = 4000                       # added to a seed: what is wrong has nothing to do with the order in training


def planted(labels, classes, share, rng):
    """Labels (n,) of which a share is wrong, and which are: int64 (n,)."""
    wrong = torch.zeros_like(labels)
    at = torch.randperm(len(labels), generator=rng, device=labels.device)[: counted(share, len(labels))]
    shift = torch.randint(1, classes, labels.shape, generator=rng, device=labels.device)
    wrong[at] = 1
    return (labels + wrong * shift) % classes, wrong


def run():
    recipe, share = read("coreset.proxy", Network), read("coreset.mislabelled", Share)
    role = images(recipe.pool)
    for seed in each_seed(read("coreset.seeds", Few)):
        labels, wrong = planted(role.train.labels, len(role.classes), share, generator(OWN + seed))
        learn("mislabelled", seed, role, recipe, Split(role.train.images, labels), wrong=wrong)


if __name__ == "__main__":
    main(run)
