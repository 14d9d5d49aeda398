"""Which images come first by a score, and how many of them are kept."""

import torch


def ranked(scores, rng):
    """The numbers of images (n,) from the highest score to the lowest; equal ones in an order of chance."""
    shuffled = torch.randperm(len(scores), generator=rng, device=scores.device)
    return shuffled[scores[shuffled].argsort(descending=True, stable=True)]


def counted(fraction, n):
    """How many of n images a fraction is; at least one."""
    return max(1, round(fraction * n))


def kept(order, fraction):
    """The numbers of the images that are kept, the first of an `order` (n,), as in the training set."""
    return order[: counted(fraction, len(order))].sort().values
