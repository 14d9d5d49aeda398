"""Are features that no person sees enough to learn from? Images with labels that are wrong to our eyes.

Ilyas, Santurkar, Tsipras, Engstrom, Tran, Madry, NeurIPS 2019, https://arxiv.org/abs/1905.02175, section 3.2
and appendix C.5:

    x_adv = argmin_{|x' - x|_2 <= epsilon}  L(net(x'), t)                                             (7)

by projected gradient descent on a standard network, labelled t:

    D_rand  t uniform over all classes        the features that we see say nothing about t
    D_det   t = y + 1 modulo the classes      they say something else than t
"""

import torch

from stages.core.attacks import attacked, losses
from stages.core.compute import start
from stages.core.data import Split
from stages.core.files import save
from stages.core.measurements import record
from stages.core.nets import fused
from stages.core.params import Attack, Few, read
from stages.core.scores import accuracy, logits
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.features.recipe import originals, seen_path, set_path, trained


def targets(variant, labels, classes, rng):
    """The class that each image is moved to, int64 (n,)."""
    if variant == "det":
        return (labels + 1) % classes
    return torch.randint(classes, labels.shape, generator=rng, device=labels.device)


def changed(net, split, t, attack):
    """The images of a split after the attack towards the classes t, in half precision."""
    # The cross-entropy of a target that is not reached does not saturate: the paper's loss, as it is.
    return attacked(net, Split(split.images, t), loss=losses, targeted=True, **attack.model_dump()).half()


def run(variant: str):
    attack, train = read(f"features.nonrobust.{variant}", Attack), originals()
    for seed in each_seed(read("robust.seeds", Few)):
        rng = start(seed)
        net = trained("sgd", seed)
        t = targets(variant, train.labels, net.shape["classes"], rng)
        images = changed(fused(net), train, t, attack)
        save(set_path(variant, seed), {"images": images, "labels": t})
        called, moved = logits(net, images), t != train.labels       # those that shall leave their class
        record(seen_path(variant, seed), {
            "target_rate": ("", accuracy(called, t)),
            "true_rate": ("", accuracy(called[moved], train.labels[moved])),
        })


if __name__ == "__main__":
    main(run)
