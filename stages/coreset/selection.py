"""Which training images to keep: a score for each, of a network that was trained on all of them.

Coleman et al., ICLR 2020, https://arxiv.org/abs/1906.11829, section 3. The highest scores are chosen:

    entropy            - sum_y p(y | x) log p(y | x)
    least_confidence   1 - max_y p(y | x)
    margin             p(second class | x) - p(first class | x)
    forgetting         forgetting events in training (forgetting.py), infinitely many if never learnt
    k_centre           chosen early by the greedy search for k centres
    random             the control: all scores are equal

Equal scores are chosen by chance. n images, c classes, d features.
"""

import torch

from stages.core.data import unit
from stages.core.quality import features
from stages.core.scores import logits


def scores(net, images, learnt, events):
    """Name -> scores (n,), float64, of uint8 images by `net` in evaluation mode, and of what was noted of
    them in its training, int64 (n,).
    """
    p = logits(net, images).double().softmax(1)
    first, second = p.topk(2).values.T
    order = k_centre(features(net, unit(images)))
    place = torch.empty_like(order).scatter_(0, order, torch.arange(len(order), device=order.device))
    return {
        "random": torch.zeros_like(first),
        "entropy": entropy(p),
        "least_confidence": 1 - first,
        "margin": second - first,
        "forgetting": torch.where(learnt > 0, events.double(), torch.inf),
        "k_centre": -place.double(),
    }


def entropy(p):
    """In nats, of probabilities (n, c), which may be 0."""
    return torch.special.entr(p).sum(1)


def k_centre(x):
    """All points (n, d) in the order in which they become centres: each is the one farthest from those before
    it. The first is nearest to the mean.

    Sener & Savarese, ICLR 2018, https://arxiv.org/abs/1708.00489, algorithm 1. Only the distance to the
    nearest centre is kept of each point; |x - c|^2 is |x|^2 - 2 x c + |c|^2, one look at x for each centre.
    """
    x = x - x.mean(0)
    squares = x.square().sum(1)
    new, nearest, order = squares.argmin().view(1), torch.full_like(squares, torch.inf), []
    for _ in range(len(x)):
        order.append(new)
        distance = squares - 2 * x @ x[new].squeeze(0) + squares[new]
        nearest = torch.minimum(nearest, distance).index_fill_(0, new, -torch.inf)       # taken once
        new = nearest.argmax().view(1)
    return torch.cat(order)
