"""Does a network that is taught to be unsure of some images become unsure of others?

Hendrycks, Mazeika, Dietterich, ICLR 2019, https://arxiv.org/abs/1812.04606:

    L = H(y, p(z))  +  lambda H(u, p(z'))

for logits z of images with labels y, z' of outliers, and uniform u. H(u, p(z')) = logsumexp(z') - mean(z'),
which is what the authors' code has. Both halves are in one forward pass; the score stays maximum softmax.

The network `control` sees no outliers, `exposed` sees all; `classes_5` sees `ood.exposure.images` of them,
drawn evenly from their first 5 classes: do outliers of more classes help, at the same number of images?
"""

from functools import partial

import torch
import torch.nn.functional as F

from stages.core.errors import UserError
from stages.core.params import read
from stages.core.stage import main
from stages.core.train import cross_entropy
from stages.ood.finetuning import finetune, halves
from stages.ood.params import Exposure
from stages.ood.recipe import load_outliers


def uniformity(z):
    """Mean cross-entropy of logits z (n, c) to the uniform distribution, in nats: log c if they are equal."""
    return (z.logsumexp(1) - z.mean(1)).mean()


def exposed(net, batch, weight):
    """The loss on a batch (x, y, outliers)."""
    x, y, outliers = batch
    z, z_outliers = halves(net, x, outliers)
    return F.cross_entropy(z, y) + weight * uniformity(z_outliers)


def drawn(outliers, classes, images):
    """`images` outliers, evenly from the first `classes` classes; the first give one more if need be."""
    chosen = []
    for label in range(classes):
        wanted = images // classes + (label < images % classes)
        found = torch.nonzero(outliers.labels == label).flatten()[:wanted]
        if len(found) < wanted:
            raise UserError(
                f"class {label} of the outliers has {len(found)} images, of which {wanted} are wanted: lower "
                "`ood.exposure.images`, or raise data.outliers.train"
            )
        chosen.append(found)
    return outliers.at(torch.cat(chosen))


def run(network: str):
    settings, (outliers, names) = read("ood.exposure", Exposure), load_outliers()
    if network == "control":
        finetune(network, cross_entropy, outliers.part(0, 0))
        return
    if network != "exposed":
        classes = int(network.removeprefix("classes_"))
        if classes > len(names):
            raise UserError(f"`ood.exposed` has {network}, but the outliers have {len(names)} classes: lower "
                            "it")
        outliers = drawn(outliers, classes, settings.images)
    finetune(network, partial(exposed, weight=settings.weight), outliers)


if __name__ == "__main__":
    main(run)
