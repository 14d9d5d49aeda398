"""Criteria that ask the gradient: SNIP before training, a first-order Taylor expansion after it.

Formulas and sources are in criteria.py. The gradient is that of the mean loss on `gradient_images` training
images as they are, in one batch whose statistics batch norm uses.
"""

import torch

from stages.core.compute import mixed
from stages.core.data import unit
from stages.core.errors import UserError
from stages.core.params import Count, among, read
from stages.core.stage import main
from stages.core.train import batchnorm_frozen, cross_entropy
from stages.lottery.criteria import in_pools, saliency
from stages.lottery.masks import convolutions
from stages.lottery.one_shot import compared

NETWORK = {"snip": "initial", "taylor": "final"}


def gradients(net, split):
    """Gradient of the mean loss on a split, for the weights that may be pruned: name -> tensor."""
    weights = convolutions(net)
    net.train()
    with batchnorm_frozen(net), mixed():
        loss = cross_entropy(net, (unit(split.images), split.labels))
    net.eval()
    return dict(zip(weights, torch.autograd.grad(loss, list(weights.values())), strict=True))


def run(criterion: str):
    if criterion not in NETWORK:
        raise UserError(f"there is no criterion `{criterion}`{among(criterion, NETWORK)}")
    images = read("lottery.gradient_images", Count)

    def scores(initial, final, role, scope):
        train = role.train.first(images, "lottery.gradient_images")
        net = initial if NETWORK[criterion] == "initial" else final
        weights = {name: weight.detach() for name, weight in convolutions(net).items()}
        return in_pools(saliency, scope, weights, gradients(net, train))

    compared(criterion, scores)


if __name__ == "__main__":
    main(run)
