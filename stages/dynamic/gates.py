"""Networks with gates at several prices, and one without the prior: what do closed channels save and cost?

Bejnordi et al. 2020 (gating.py, shaping.py). Of every test image: is it right, what did it cost, which gates
were open.
"""

import torch

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.measurements import record
from stages.core.params import Training, read
from stages.core.recipe import augmented, fit
from stages.core.scores import correct
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.core.train import cross_entropy
from stages.dynamic.gating import GatedResNet
from stages.dynamic.params import Gates, Prior
from stages.dynamic.recipe import kept, seen, shape_of
from stages.dynamic.shaping import Ramp, Shaped, optimizer_of


def trained(seed, role, recipe, network, prior, loss=cross_entropy):
    """Trains a network with gates; the network and its history."""
    rng = start(seed)
    net = GatedResNet(**shape_of(role, recipe))
    batches = augmented(role.train, recipe, rng)
    shaped = Shaped(loss, prior, net.linear.weight)
    optimizer = Ramp(optimizer_of(net, recipe), shaped, prior, network, recipe.epochs * len(batches))
    return net, fit(net, batches, recipe, f"gates at {network.price:g}, seed {seed}", shaped, optimizer)


def run(network: str):
    recipe, one = read("dynamic.training", Training), read(f"dynamic.gates.networks.{network}", Gates)
    prior, role = read("dynamic.gates.prior", Prior), load_role("objects")
    test = role.test
    for seed in each_seed(one.seeds):
        net = kept(f"gates/{network}", seed, trained(seed, role, recipe, one, prior))
        z, found = seen(net, test.images, lambda net: torch.cat([net.macs()[:, None], net.choices()], 1))
        record(f"data/dynamic/gates/{network}/{seed}.safetensors", {
            "right": ("image", correct(z, test.labels)), "macs": ("image", found[:, 0].double()),
            "open": ("image gate", found[:, 1:].bool()),
        }, {"gates": [block.width for block in net.blocks]})


if __name__ == "__main__":
    main(run)
