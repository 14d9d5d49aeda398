"""What a network makes of the original test images, as they are and under attack.

Projected gradient descent in L2 balls, steps of 2.5 epsilon / iterations, as Ilyas et al. measure it, but on
a loss that does not saturate where the network is sure (core/attacks.py). Which image is classified correctly
under what is kept, so that networks can be compared image by image.
"""

import torch

from stages.core.attacks import attacked
from stages.core.compute import start
from stages.core.data import load_role
from stages.core.measurements import record
from stages.core.nets import fused
from stages.core.params import Few, read
from stages.core.scores import correct, logits
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.features.params import Evaluation
from stages.features.recipe import trained


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


def run(network: str):
    settings, test = read("features.evaluation", Evaluation), load_role("objects").test
    some = test.first(settings.images, "features.evaluation.images")
    for seed in each_seed(read("robust.seeds", Few)):
        start(seed)
        net = trained(network, seed)
        record(f"data/features/evaluation/{network}/{seed}.safetensors", {
            "clean": ("image", correct(logits(net, test.images), test.labels)),
            "attacked": ("epsilon attacked_image", under_attack(net, some, settings)),
        }, epsilon=settings.epsilons)


if __name__ == "__main__":
    main(run)
