"""Networks with one kernel and with several, all trained alike: is a network better for several?

Chen et al. 2020 (convolution.py) on a ResNet with every convolution dynamic. `plain` has one kernel; `flat`
has four, at temperature 1 from the first step: the paper's ablation.
"""

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.measurements import record
from stages.core.params import Training, read
from stages.core.recipe import augmented, fit, sgd
from stages.core.scores import correct, logits
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.core.train import cross_entropy
from stages.dynamic.convolution import Annealing, DynamicResNet
from stages.dynamic.params import Kernels, Share
from stages.dynamic.recipe import kept, shape_of


def trained(seed, role, recipe, network, annealing, loss=cross_entropy):
    """Trains a network with several kernels in every convolution; the network and its history."""
    rng = start(seed)
    net = DynamicResNet(network.kernels, **shape_of(role, recipe))
    batches = augmented(role.train, recipe, rng)
    falling = annealing * recipe.epochs * len(batches)
    optimizer = Annealing(net, sgd(net, recipe), network.temperature, falling)
    return net, fit(net, batches, recipe, f"kernels: {network.kernels}, seed {seed}", loss, optimizer)


def run(network: str):
    recipe, one = read("dynamic.training", Training), read(f"dynamic.kernels.networks.{network}", Kernels)
    annealing, role = read("dynamic.kernels.annealing", Share), load_role("objects")
    for seed in each_seed(one.seeds):
        net = kept(f"kernels/{network}", seed, trained(seed, role, recipe, one, annealing))
        right, train_right = (correct(logits(net, split.images), split.labels)
                              for split in (role.test, role.train))
        record(f"data/dynamic/kernels/{network}/{seed}.safetensors", {
            "right": ("image", right), "train_right": ("train_image", train_right),
        })


if __name__ == "__main__":
    main(run)
