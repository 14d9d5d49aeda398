"""Images of a class, from seeds: does a network know what its classes look like?

Santurkar et al. 2019, section 3.1: for a class y

    x0 ~ N(mu_y, Sigma_y),   x = argmin_{|x' - x0|_2 <= epsilon} L(x', y)

with mean and covariance of the training images of y. Seeds are

    gaussian    drawn so
    other       training images of other classes, in which nothing of y is to be seen
"""

from functools import partial
from typing import Literal

import torch

from stages.core.attacks import lengths, losses
from stages.core.compute import start
from stages.core.data import load_role, unit
from stages.core.params import Few, checked, read
from stages.core.quality import features, frechet, named, nearest, precision, recall
from stages.core.scores import accuracy, logits
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.synthesis.descent import painted
from stages.synthesis.params import Generation
from stages.synthesis.recipe import by_image, classes, evenly, judge_of, keep, painters, peer_of

NOISE = 1e-2                     # deviation; as if 1e-4 stood on the diagonal of the covariance


def gaussian(split, label, n, rng):
    """n draws from a Gaussian with mean and covariance of the images of a class, (n, c, h, w), not clamped.

    With X the m centred images, the covariance is X'X / (m - 1), which X'g / sqrt(m - 1) has, g ~ N(0, I_m).
    """
    images = unit(split.images[split.labels == label])
    mean, m = images.mean(0), len(images)
    g = torch.randn(n, m, generator=rng, device=images.device)
    noise = torch.randn((n, *mean.shape), generator=rng, device=images.device)
    drawn = (g @ (images - mean).flatten(1) / (m - 1) ** 0.5).unflatten(1, mean.shape)
    return mean + drawn + NOISE * noise


def other(split, label, n, rng):
    """n different images that are not of a class."""
    places = torch.nonzero(split.labels != label).flatten()
    order = torch.randperm(len(places), generator=rng, device=places.device)
    return unit(split.images[places[order[:n]]])


def seeds_of(kind, split, n, rng):
    """n seeds in [0, 1] for every class, class by class, and the labels of the classes."""
    of_class = {"gaussian": gaussian, "other": other}[kind]
    seeds = torch.cat([of_class(split, label, n, rng) for label in range(classes(split))])
    labels = torch.arange(classes(split), device=seeds.device).repeat_interleave(n)
    return seeds.clamp(0, 1), labels


def quality(judge, peer, pictures, labels, train, settings):
    """What the judge, and a robust network of another seed, make of pictures, name -> images, beside as many
    training images of every class.
    """
    real = features(judge, evenly(train, settings.per_class, "synthesis.generation.per_class")[0])
    seen = [features(judge, images) for images in pictures.values()]
    known, k = unit(train.images), settings.neighbours
    return {
        "named": by_image("network", (named(judge, images, labels) for images in pictures.values())),
        "robust_named": by_image("network", (named(peer, images, labels) for images in pictures.values())),
        "nearest": by_image("network", (nearest(images, known) for images in pictures.values())),
        "frechet": ("network", [frechet(real, one) for one in seen]),
        "precision": ("network", [precision(real, one, k) for one in seen]),
        "recall": ("network", [recall(real, one, k) for one in seen]),
    }


def run(kind: str):
    checked("synthesis.generation's seeds", kind, Literal["gaussian", "other"])
    settings, role = read("synthesis.generation", Generation), load_role("objects")
    few = read("synthesis.seeds", Few)
    for seed in each_seed(few):
        rng, nets, judge = start(seed), painters(seed), judge_of(seed)
        x, y = seeds_of(kind, role.train, settings.per_class, rng)
        made = {name: painted(partial(losses, net), x, [y], settings) for name, net in nets.items()}
        real, _ = evenly(role.test, settings.per_class, "synthesis.generation.per_class")
        pictures = {"start": x} | made | {"real": real}
        right = [accuracy(logits(net, role.test.images), role.test.labels) for net in [*nets.values(), judge]]
        keep(f"generation/{kind}", seed, settings.per_class, pictures, quality(
            judge, peer_of(seed, few), pictures, y, role.train, settings,
        ) | {
            "own": by_image("painter", (named(nets[name], made[name], y) for name in nets)),
            "moved": by_image("painter", (lengths(made[name] - x) for name in nets)),
            "right": ("judged", right),
        }, judged=[*nets, "judge"])


if __name__ == "__main__":
    main(run)
