"""How much of the gradient comes along paths of each length.

Veit, Wilber, Belongie, NIPS 2016, https://arxiv.org/abs/1605.06431, section 5: p residual blocks, each with
a skip, are 2^p paths from the image to the loss, of which C(p, k) go through k residuals. The image goes
forward through the whole network; on the way back the gradient goes through the residual alone of k blocks,
and through the skip alone of the others. The norm of what arrives at the image, times C(p, k), is how much
paths of length k carry.

Over all paths the gradients add up to the network's own; their norms do not.
"""

from math import comb

import torch
import torch.nn.functional as F

from stages.blockdrop.gates import scattered
from stages.blockdrop.images import some_of_role
from stages.blockdrop.params import Paths
from stages.blockdrop.trained import trained
from stages.core.compute import device, start
from stages.core.data import unit
from stages.core.measurements import record
from stages.core.params import Few, read
from stages.core.seeds import each_seed
from stages.core.stage import main


def along(net, x, path):
    """The logits of the whole network, whose gradient goes along one path for each image: through the
    residuals of the blocks at 1 in `path`, (n, p), and through the skips of those at 0.
    """
    x = net.stem(x)
    for block, through in zip(net.blocks, path.bool().T, strict=True):
        through = through.view(-1, 1, 1, 1)
        residual, shortcut = block.residual(x), block.shortcut(x)
        x = F.relu(torch.where(through, residual, residual.detach())
                   + torch.where(through, shortcut.detach(), shortcut))
    return net.head(x)


def gradient(net, images, labels, path):
    """Gradient of each image's cross-entropy along its path: like `images`, float in [0, 1]."""
    x = images.clone().requires_grad_()
    loss = F.cross_entropy(along(net, x, path), labels, reduction="sum")
    return torch.autograd.grad(loss, x)[0]


def norms(net, split, draws, rng):
    """Norm of the gradient along a path of each length, drawn for each image: (lengths, draws, n)."""
    parts, images, found = len(net.blocks), unit(split.images), []
    for length in range(parts + 1):
        counts = torch.full((len(split),), length, device=device)
        found.append(torch.stack([
            gradient(net, images, split.labels, scattered(counts, parts, rng)).flatten(1).double().norm(dim=1)
            for _ in range(draws)
        ]))
    return torch.stack(found)


def run():
    settings, role = read("blockdrop.paths", Paths), some_of_role()
    split = role.test.first(settings.images, "blockdrop.paths.images")
    for seed in each_seed(read("blockdrop.seeds", Few)):
        rng = start(seed)
        net = trained("residual", seed)
        parts = len(net.blocks)
        record(f"data/blockdrop/paths/{seed}.safetensors", {
            "norm": ("length draw image", norms(net, split, settings.draws, rng)),
            "paths": ("length", [comb(parts, k) for k in range(parts + 1)]),
        })


if __name__ == "__main__":
    main(run)
