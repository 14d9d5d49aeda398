"""The robust network: trained on the worst images that a small change makes.

Madry et al., ICLR 2018, https://arxiv.org/abs/1706.06083:

    min_w  E max_{|x' - x|_2 <= epsilon}  L(net_w(x'), y)                                             (2.1)

with the inner maximum by projected gradient descent that begins at x; a single step as long as epsilon is the
fast gradient method. The attack sees the network in evaluation mode, as in the library of Ilyas et al.; the
gradient for the weights is taken in training mode.
"""

from functools import partial

from stages.core.attacks import adversarial
from stages.core.compute import start
from stages.core.data import load_role
from stages.core.nets import resnet
from stages.core.params import Attack, Depth, Training, read
from stages.core.recipe import augmented, fit, keep
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.features.recipe import kept


def run():
    attack, recipe = read("features.adversarial", Attack), read("training", Training)
    depth, role = read("features.depth", Depth), load_role("objects")
    loss = partial(adversarial, **attack.model_dump())
    for seed in each_seed():
        rng = start(seed)
        net = resnet(role, depth, recipe.width)
        history = fit(net, augmented(role.train, recipe, rng), recipe, f"robust network, seed {seed}", loss)
        keep(kept("robust"), seed, net, history)


if __name__ == "__main__":
    main(run)
