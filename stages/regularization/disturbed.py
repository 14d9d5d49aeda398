"""What is left of a network's accuracy when test images are corrupted, or attacked?

Corruptions are those of Hendrycks & Dietterich, ICLR 2019, https://arxiv.org/abs/1903.12261 (corruption.py).
Attacks move every pixel by up to epsilon. The fast gradient sign method, Goodfellow, Shlens, Szegedy, ICLR
2015, https://arxiv.org/abs/1412.6572:

    x' = x + epsilon * sign(grad_x L(net(x), y)),   clipped to [0, 1]

takes one gradient, and the same for every epsilon; PGD (stages/core/attacks.py) takes one a step, so a
network that only hides its gradient withstands the first and not the second. For both, L is one that does not
saturate where a network is sure.
"""

import torch

from stages.core.attacks import attacked, input_gradient, inside, levelled, steepest
from stages.core.compute import start
from stages.core.data import load_role, unit
from stages.core.files import load
from stages.core.measurements import record
from stages.core.nets import fused, load_net
from stages.core.params import Count, Few, read
from stages.core.recipe import weights_path
from stages.core.scores import correct, logits
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.regularization.params import Attacks, Corruption

LEVEL = 1 / 255


def corrupted_sets(settings, n):
    """The first n images with every corruption: a list of uint8 tensors (severities, n, c, h, w)."""
    found = []
    for corruption in settings.names:
        images, _ = load(f"data/regularization/corruptions/{corruption}.safetensors")
        found.append(torch.stack([images[str(severity)][:n] for severity in settings.severities]))
    return found


def withstood(net, sets, labels):
    """Which images of `sets`, uint8 (severities, n, c, h, w), are right: bool (severities, n)."""
    return torch.stack([correct(logits(net, images.to(labels.device)), labels) for images in sets])


def after_fgsm(net, split, epsilons, batch_size=250):
    """Which images are right after the fast gradient sign method at each epsilon: bool (epsilons, n)."""
    parts = []
    for images, y in zip(split.images.split(batch_size), split.labels.split(batch_size), strict=True):
        x = unit(images)
        direction = steepest(input_gradient(lambda at, y=y: levelled(net, at, y).sum(), x), "linf")
        found = [inside(x, epsilon * direction, epsilon, "linf") for epsilon in epsilons]
        parts.append(torch.stack([correct(logits(net, one), y) for one in found]))
    return torch.cat(parts, 1)


def after_pgd(net, split, settings):
    """Which images are right after projected gradient descent at the epsilon of the claims: bool (n,)."""
    images = attacked(net, split, norm="linf", epsilon=settings.epsilon * LEVEL, step=settings.step * LEVEL,
                      iterations=settings.iterations)
    return correct(logits(net, images), split.labels)


def run(network: str):
    corruption = read("regularization.corruption", Corruption)
    attacks = read("regularization.attacks", Attacks)
    n = read("regularization.images", Count)
    test = load_role("objects").test.first(n, "regularization.images")
    sets = corrupted_sets(corruption, n)
    for seed in each_seed(read("regularization.seeds", Few)):
        start(seed)
        net = load_net(weights_path(f"regularization/{network}", seed))
        smooth = fused(net)
        record(f"data/regularization/disturbed/{network}/{seed}.safetensors", {
            "corrupted": ("corruption severity image", torch.stack([
                withstood(net, images, test.labels) for images in sets
            ])),
            "fgsm": ("epsilon image", after_fgsm(smooth, test, [LEVEL * at for at in attacks.epsilons])),
            "pgd": ("image", after_pgd(smooth, test, attacks)),
        }, corruption=corruption.names, severity=corruption.severities, epsilon=attacks.epsilons)


if __name__ == "__main__":
    main(run)
