"""Does any of the methods defend against an attack? The fast gradient sign method, and PGD as a check.

Goodfellow, Shlens, Szegedy, ICLR 2015, https://arxiv.org/abs/1412.6572:

    x' = x + epsilon * sign(grad_x L(net(x), y)),   clipped to [0, 1]

FGSM takes one gradient, and the same for every epsilon; PGD (stages/core/attacks.py) takes one a step, so a
network that only hides its gradient withstands the first and not the second.
"""

import torch

from stages.core.attacks import attacked, input_gradient, inside, losses, steepest
from stages.core.compute import start
from stages.core.data import unit
from stages.core.files import save, write_json
from stages.core.nets import fused, load_net
from stages.core.params import Depth, read
from stages.core.scores import correct, logits
from stages.core.stage import main
from stages.regularization.params import Attacks
from stages.regularization.paths import NETWORKS, network_path, result_path
from stages.regularization.tested import tested

LEVEL = 1 / 255


def after_fgsm(net, split, epsilons, batch_size=250):
    """Which images are right after the fast gradient sign method at each epsilon: bool (epsilons, n)."""
    parts = []
    for images, y in zip(split.images.split(batch_size), split.labels.split(batch_size), strict=True):
        x = unit(images)
        direction = steepest(input_gradient(lambda at, y=y: losses(net, at, y).sum(), x), "linf")
        found = [inside(x, epsilon * direction, epsilon, "linf") for epsilon in epsilons]
        parts.append(torch.stack([correct(logits(net, one), y) for one in found]))
    return torch.cat(parts, 1)


def run(seed: int):
    settings, depth = read("regularization.attacks", Attacks), read("training.depth", Depth)
    start(seed)
    test = tested()
    right, shares = {}, {}
    for name in NETWORKS:
        net = fused(load_net(network_path(name, depth, seed)))
        fgsm = after_fgsm(net, test, [epsilon * LEVEL for epsilon in settings.epsilons])
        images = attacked(net, test, norm="linf", epsilon=settings.epsilon * LEVEL,
                          step=settings.step * LEVEL, iterations=settings.iterations)
        pgd = correct(logits(net, images), test.labels)
        right |= {f"{name}.fgsm": fgsm, f"{name}.pgd": pgd}
        by_epsilon = zip(settings.epsilons, fgsm.double().mean(1).tolist(), strict=True)
        shares[name] = {
            "fgsm": {f"{epsilon:g}": share for epsilon, share in by_epsilon},
            "pgd": pgd.double().mean().item(),
        }
    save(result_path("attacked", seed), right)
    write_json(f"metrics/regularization/attacked/{seed}.json", shares)


if __name__ == "__main__":
    main(run)
