"""Masks: which weights of the convolutions a network may use.

Masks are dicts, name of a weight -> bool tensor of its shape, True where the weight stays. Only convolutions
are pruned; the linear layer, biases and batch norm never are (Frankle & Carbin 2019, section 4). Scores are
dicts like them, and the lowest go.
"""

import torch
from torch import nn


def convolutions(net):
    """The weights that may be pruned: name -> parameter."""
    return {
        f"{name}.weight": layer.weight for name, layer in net.named_modules() if isinstance(layer, nn.Conv2d)
    }


def whole(net):
    """Masks that leave every weight."""
    return {name: torch.ones_like(weight, dtype=torch.bool) for name, weight in convolutions(net).items()}


def magnitudes(net):
    """Scores |w|."""
    return {name: weight.detach().abs() for name, weight in convolutions(net).items()}


def pruned(masks, scores, number):
    """Masks without the `number` lowest scores among the weights that are left, over all layers in one
    ranking; of equal ones the first go.
    """
    kept = torch.cat([mask.flatten() for mask in masks.values()])
    left = kept.nonzero().squeeze(1)
    ranking = torch.cat([scores[name].flatten() for name in masks])[left].sort(stable=True).indices
    kept[left[ranking[:number]]] = False
    parts = kept.split([mask.numel() for mask in masks.values()])
    return {name: part.view(masks[name].shape) for name, part in zip(masks, parts, strict=True)}


def pruned_globally(masks, scores, number_of):
    """Masks without the `number_of(weights left)` lowest scores of all layers together."""
    return pruned(masks, scores, number_of(remaining(masks)))


def pruned_layerwise(masks, scores, number_of):
    """Masks without the `number_of(weights left in the layer)` lowest scores of each layer."""
    by_layer = [
        pruned({name: mask}, scores, number_of(remaining({name: mask}))) for name, mask in masks.items()
    ]
    return {name: mask for layer in by_layer for name, mask in layer.items()}


SCOPES = {"global": pruned_globally, "layerwise": pruned_layerwise}
CHAINS = SCOPES | {"finetuned": pruned_globally}             # what is pruned round by round, and how


def share(fraction):
    """How many weights a round prunes: weights left -> number."""
    return lambda left: round(fraction * left)


def rounds_of(fraction, rounds):
    """How many weights all of some rounds prune: weights -> number, each round rounded as `share` does."""

    def number(weights):
        left = weights
        for _ in range(rounds):
            left -= round(fraction * left)
        return weights - left

    return number


def remaining(masks):
    """How many weights are left."""
    return sum(int(mask.sum()) for mask in masks.values())


def shuffled(masks):
    """Masks that leave as many weights in every layer, others by chance."""
    return {
        name: mask.flatten()[torch.randperm(mask.numel()).to(mask.device)].view(mask.shape)
        for name, mask in masks.items()
    }


@torch.no_grad()
def put(net, masks, held):
    """Sets the weights outside `masks` to those of `held`, or to 0 where `held` is None."""
    for name, weight in convolutions(net).items():
        weight.copy_(torch.where(masks[name], weight, held[name] if held else 0))


def hold(net, optimizer, masks, held=None):
    """Keeps the weights outside `masks` where `put` puts them, now and after every step of `optimizer`.

    Momentum and weight decay move weights without a gradient, too; so it is done after the step.
    """
    put(net, masks, held)
    optimizer.register_step_post_hook(lambda *_: put(net, masks, held))
