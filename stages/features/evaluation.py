"""What a network makes of the original test images, as they are and under attack.

Projected gradient descent in L2 balls, steps of 2.5 epsilon / iterations, as Ilyas et al. measure it. Which
image is classified correctly under what is kept, so that networks can be compared image by image.
"""

import torch

from stages.core.attacks import attacked
from stages.core.compute import start
from stages.core.data import load_role
from stages.core.files import save, write_json
from stages.core.nets import fused, load_net
from stages.core.params import read
from stages.core.scores import correct, logits
from stages.core.stage import main
from stages.features.params import Evaluation
from stages.features.recipe import network_path, result_path


def under_attack(net, test, settings):
    """Which test images are right in each ball: bool (epsilons, n)."""
    right = []
    for epsilon in settings.epsilons:
        images = attacked(
            fused(net), test, norm="l2", epsilon=epsilon, step=2.5 * epsilon / settings.iterations,
            iterations=settings.iterations, restarts=settings.restarts, random_start=settings.restarts > 1,
        )
        right.append(correct(logits(net, images), test.labels))
    return torch.stack(right)


def run(network: str, depth: int, seed: int):
    settings = read("features.evaluation", Evaluation)
    start(seed)
    test = load_role("objects").test
    some = test.first(settings.images, "features.evaluation.images")
    net = load_net(network_path(network, depth, seed))
    clean, robust = correct(logits(net, test.images), test.labels), under_attack(net, some, settings)
    save(result_path(network, depth, seed), {"clean": clean, "attacked": robust})
    shares = zip(settings.epsilons, robust.double().mean(1).tolist(), strict=True)
    write_json(f"metrics/features/evaluation/{network}-{depth}-{seed}.json", {
        "accuracy": clean.double().mean().item(),
        "accuracy_under_attack": {f"{epsilon:g}": share for epsilon, share in shares},
    })


if __name__ == "__main__":
    main(run)
