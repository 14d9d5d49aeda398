"""The networks that parts are left out of: a residual one and a VGG, trained whole, and two residual ones of
which every batch trains a part.

residual, vgg  trained whole
stochastic     each batch leaves out blocks, the later the more: stochastic depth, Huang et al., ECCV 2016,
               https://arxiv.org/abs/1603.09382
short          each batch keeps a few blocks, drawn at random, so that only short paths are trained: Veit et
               al., NIPS 2016, https://arxiv.org/abs/1605.06431, section 5

The last two, tested whole, have each residual multiplied by the share p of batches that it was kept in
(Huang et al., equation 5), which here the last batch norm of the block does, and statistics of batch norm
that are those of the whole network. They are kept, and tested with blocks left out, as they were trained.
"""

import copy

import torch
import torch.nn.functional as F

from stages.blockdrop.gates import Gated, scattered, survival
from stages.blockdrop.images import some_of_role
from stages.blockdrop.nets import Droppable, droppable
from stages.blockdrop.params import Dropping, Shape
from stages.core.compute import device, generator, start
from stages.core.measurements import record
from stages.core.nets import load_net
from stages.core.params import Few, ImageRecipe, read
from stages.core.recipe import augmented, fit, keep, weights_path
from stages.core.scores import correct, logits
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.core.train import recompute_batchnorm

KINDS = {"residual": "residual", "vgg": "vgg", "stochastic": "residual", "short": "residual"}


def gated_cross_entropy(net, batch):
    """Mean cross-entropy on a batch (x, y, gates)."""
    x, y, gates = batch
    return F.cross_entropy(net(x, gates).float(), y)


def kept_share(name, blocks, dropping):
    """The share of batches that keep each block, (p,), of a network by its name; None if all do."""
    if name == "stochastic":
        return survival(blocks, dropping.survival)
    if name == "short":
        return torch.full((blocks,), dropping.short / blocks, device=device)
    return None


def drawing(name, share, dropping, rng):
    """draw(n) -> the gates of a batch, the same for all its images."""
    def stochastic(n):
        return (torch.rand(share.shape, generator=rng, device=device) < share).float()

    def short(n):
        return scattered(torch.tensor([dropping.short], device=device), len(share), rng)[0]

    return {"stochastic": stochastic, "short": short}[name]


@torch.no_grad()
def scaled(net, share):
    """A network in evaluation mode like `net`, with each residual multiplied by its share, (p,)."""
    net = copy.deepcopy(net).eval()
    for block, p in zip(net.blocks, share, strict=True):
        block.norm2.weight *= p
        block.norm2.bias *= p
    return net


def trained(name, seed):
    """A network of this experiment, in evaluation mode."""
    return load_net(weights_path(f"blockdrop/{name}", seed), Droppable)


def run(name: str):
    shape, recipe = read("blockdrop.shape", Shape), read("blockdrop.training", ImageRecipe)
    dropping, role = read("blockdrop.dropping", Dropping), some_of_role()
    share = kept_share(name, shape.blocks, dropping)
    for seed in each_seed(read("blockdrop.seeds", Few)):
        rng = start(seed)
        net, batches = droppable(role, KINDS[name], shape), augmented(role.train, recipe, rng)
        if share is None:
            history = fit(net, batches, recipe, f"{name}, seed {seed}")
        else:
            gated = Gated(batches, drawing(name, share, dropping, generator(seed)))
            history = fit(net, gated, recipe, f"{name}, seed {seed}", gated_cross_entropy)
        keep(f"blockdrop/{name}", seed, net.eval(), history)
        if share is not None:
            net = scaled(net, share)
            recompute_batchnorm(net, batches)
        z = logits(net.eval(), role.test.images)
        best, second = z.softmax(1).topk(2).values.T
        record(f"data/blockdrop/trained/{name}/{seed}.safetensors", {
            "right": ("image", correct(z, role.test.labels)), "margin": ("image", best - second),
        })


if __name__ == "__main__":
    main(run)
