"""The robust network that experiments share: trained on the worst images that a small change makes.

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
from stages.core.params import Robust, Training, read
from stages.core.recipe import augmented, fit, keep
from stages.core.seeds import each_seed
from stages.core.stage import main


def run():
    settings, role = read("robust", Robust), load_role("objects")
    recipe = read("training", Training).model_copy(update={"epochs": settings.epochs})
    loss = partial(adversarial, **settings.model_dump(exclude={"depth", "seeds", "epochs"}))
    for seed in each_seed(settings.seeds):
        rng = start(seed)
        net = resnet(role, settings.depth, recipe.width)
        history = fit(net, augmented(role.train, recipe, rng), recipe, f"robust network, seed {seed}", loss)
        keep("robust", seed, net, history)


if __name__ == "__main__":
    main(run)
