"""The judge: a network that measures images which other networks made.

It is of another depth than theirs and has random numbers of its own, so that it shares nothing with them but
the training images: what only their own weights take for a class, it does not.
"""

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.nets import resnet
from stages.core.params import Few, Training, read
from stages.core.recipe import augmented, fit, keep
from stages.core.seeds import each_seed
from stages.core.stage import main

OWN = 1000                       # added to a seed: the networks that it judges begin with the seed itself


def run(name: str):
    recipe, role = read(f"judge.{name}", Training), load_role(name)
    for seed in each_seed(read("judge.seeds", Few)):
        rng = start(OWN + seed)
        net = resnet(role, recipe.depth, recipe.width)
        history = fit(net, augmented(role.train, recipe, rng), recipe, f"judge of {name}, seed {seed}")
        keep(f"judge/{name}", seed, net, history)


if __name__ == "__main__":
    main(run)
