"""Are features that no person sees enough to learn from? Images with labels that are wrong to our eyes.

Ilyas, Santurkar, Tsipras, Engstrom, Tran, Madry, NeurIPS 2019, https://arxiv.org/abs/1905.02175, section 3.2
and appendix C.5:

    x_adv = argmin_{|x' - x|_2 <= epsilon}  L(net(x'), t)                                             (7)

by projected gradient descent on a standard network, labelled t:

    D_rand  t uniform over all classes        the features that we see say nothing about t
    D_det   t = y + 1 modulo the classes      they say something else than t
"""

import torch

from stages.core.attacks import attacked
from stages.core.compute import facts, start
from stages.core.data import Split
from stages.core.files import save, write_json
from stages.core.nets import fused, load_net
from stages.core.params import Attack, read
from stages.core.scores import accuracy, logits
from stages.core.stage import main
from stages.features.recipe import network_path, originals, set_path


def targets(variant, labels, classes, rng):
    """The class that each image is moved to, int64 (n,)."""
    if variant == "det":
        return (labels + 1) % classes
    return torch.randint(classes, labels.shape, generator=rng, device=labels.device)


def run(variant: str, depth: int, seed: int):
    attack = read("features.nonrobust", Attack)
    rng = start(seed)
    train = originals()
    net = load_net(network_path("sgd", depth, seed))
    t = targets(variant, train.labels, net.shape["classes"], rng)
    images = attacked(fused(net), Split(train.images, t), targeted=True, **attack.model_dump()).half()
    save(set_path(variant, depth, seed), {"images": images, "labels": t})
    seen = logits(net, images)
    moved = t != train.labels
    write_json(f"metrics/features/sets/{variant}-{depth}-{seed}.json", facts() | {
        "target_rate": accuracy(seen, t),
        "true_rate": accuracy(seen[moved], train.labels[moved]),     # of images that shall leave their class
        "target_is_true": 1 - moved.double().mean().item(),
    })


if __name__ == "__main__":
    main(run)
