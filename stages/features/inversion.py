"""What does a network see in an image? Other images that give it the same features.

Ilyas et al. 2019, section 3.1 and appendix C.4: with g the representation before the linear layer of a
network, each training image x is replaced by

    x_r = argmin_{x' in [0, 1]}  |g(x') - g(x)|_2                                                     (6)

by descent along the normalised gradient from a start that has nothing to do with x, and keeps the label of x:

    robust        g of the robust network, from another training image: what only robust features carry
    robust_noise  the same, from grey noise
    standard      g of the standard network, from the same other images: the control
"""

import torch

from stages.core.attacks import input_gradient, steepest
from stages.core.compute import mixed, start
from stages.core.data import unit
from stages.core.files import save
from stages.core.measurements import record
from stages.core.nets import fused
from stages.core.params import Few, read
from stages.core.scores import correct, logits
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.features.params import Inversion
from stages.features.recipe import originals, seen_path, set_path, trained

BATCH_SIZE = 250
NOISE = 0.05                     # deviation around 0.5, as in the authors' library


def distances(net, x, goal):
    """|g(x) - goal| of each image: (n,)."""
    with mixed():
        return (net.features(x).float() - goal).norm(dim=1)


def inverted(net, goal, x, step, iterations):
    """Images in [0, 1], from x, whose features are near `goal` (n, d)."""
    for _ in range(iterations):
        gradient = input_gradient(lambda at: distances(net, at, goal).sum(), x)
        x = (x - step * steepest(gradient, "l2")).clamp(0, 1)
    return x


@torch.no_grad()
def matched(net, train, starts, settings):
    """The constructed images, and how far their features are from those of `train`: at first and at last, as
    shares of the length of the goal, (n,) each.
    """
    images, before, after = [], [], []
    for part, x in zip(train.images.split(BATCH_SIZE), starts.split(BATCH_SIZE), strict=True):
        with mixed():
            goal = net.features(unit(part)).float()
        found = inverted(net, goal, unit(x), settings.step, settings.iterations)
        images.append(found.half())
        before.append(distances(net, unit(x), goal) / goal.norm(dim=1))
        after.append(distances(net, unit(images[-1]), goal) / goal.norm(dim=1))
    return torch.cat(images), torch.cat(before), torch.cat(after)


def others(n, rng):
    """For each of n images the index of another one; every image is used once."""
    order = torch.randperm(n, generator=rng, device=rng.device)
    chosen = torch.empty_like(order)
    chosen[order] = order.roll(1)                            # one cycle through all: nothing stays in place
    return chosen


def grey_noise(images, rng):
    """Noise around grey, clamped to [0, 1], shaped like `images`."""
    noise = torch.randn(images.shape, generator=rng, device=images.device)
    return (0.5 + NOISE * noise).clamp(0, 1)


def run(variant: str):
    settings, train = read("features.inversion", Inversion), originals()
    for seed in each_seed(read("robust.seeds", Few)):
        rng = start(seed)
        starts = train.images[others(len(train), rng)]
        if variant == "robust_noise":
            starts = grey_noise(starts, rng)
        standard, robust = (trained(name, seed) for name in ("sgd", "robust"))
        net, other = (standard, robust) if variant == "standard" else (robust, standard)
        images, before, after = matched(fused(net), train, starts, settings)
        save(set_path(variant, seed), {"images": images, "labels": train.labels, "starts": starts})
        record(seen_path(variant, seed), {
            "distance_before": ("image", before), "distance_after": ("image", after),
            "own": ("image", correct(logits(net, images), train.labels)),
            "other": ("image", correct(logits(other, images), train.labels)),
        })


if __name__ == "__main__":
    main(run)
