"""What proxy and target cost: multiply-accumulates of a training step and of scoring all training images.

They are half of the floating-point operations that stages/core/cost.py counts.
"""

import torch
from torch.nn import functional as F

from stages.core.compute import device, start
from stages.core.cost import of_image, operations
from stages.core.measurements import record
from stages.core.nets import resnet
from stages.core.params import read
from stages.core.stage import main
from stages.coreset.images import images
from stages.coreset.params import Coreset


def of_step(net, batch_size, shape):
    """Multiply-accumulates of a training step on a batch of images of this shape."""
    x = torch.zeros(batch_size, *shape, device=device)
    y = torch.zeros(batch_size, dtype=torch.long, device=device)
    return operations(lambda: F.cross_entropy(net(x), y).backward()) // 2


def of_scoring(net, n, shape):
    """Multiply-accumulates of one look at n images of this shape."""
    return n * of_image(net, shape) // 2


def run():
    start(0)
    settings, found = read("coreset", Coreset), {"step": [], "scoring": []}
    for recipe in (settings.proxy, settings.target):
        role = images(recipe.pool)
        net, shape = resnet(role, recipe.depth, recipe.width), role.train.images.shape[1:]
        found["step"].append(of_step(net, recipe.batch_size, shape))
        found["scoring"].append(of_scoring(net, len(role.train), shape))
    record("data/coreset/cost.safetensors", {name: ("network", values) for name, values in found.items()},
           network=["proxy", "target"])


if __name__ == "__main__":
    main(run)
