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
from stages.core.params import Attack, Training, read
from stages.core.recipe import augmented, fit, keep
from stages.core.stage import main


def run(depth: int, seed: int):
    attack, recipe = read("features.adversarial", Attack), read("training", Training)
    rng = start(seed)
    role = load_role("objects")
    net = resnet(role, depth, recipe.width)
    batches = augmented(role.train, recipe, rng)
    loss = partial(adversarial, **attack.model_dump())
    history = fit(net, batches, recipe, f"adversarial ResNet-{depth}, seed {seed}", loss)
    keep(f"resnet{depth}/robust-{seed}", net, history)


if __name__ == "__main__":
    main(run)
