"""The three kinds of network trained on attacked images: do those that choose learn that, too?

Madry et al., ICLR 2018, https://arxiv.org/abs/1706.06083, with the attack of stages/core/attacks.py from a
random start; by default in a single step, as Wong, Rice, Kolter do, ICLR 2020,
https://arxiv.org/abs/2001.03994.
"""

from functools import partial

from stages.core.attacks import adversarial
from stages.core.data import load_role
from stages.core.params import Few, Training, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.dynamic import gates, kernels, narrow
from stages.dynamic.params import Adversarial, Gates, Kernels, Prior, Share
from stages.dynamic.recipe import kept


def run():
    settings, role = read("dynamic.adversarial", Adversarial), load_role("objects")
    recipe = read("dynamic.training", Training).model_copy(update={"epochs": settings.epochs})
    four, annealing = read("dynamic.kernels.networks.four", Kernels), read("dynamic.kernels.annealing", Share)
    medium, prior = read("dynamic.gates.networks.medium", Gates), read("dynamic.gates.prior", Prior)
    loss = partial(adversarial, random_start=True, **settings.model_dump(exclude={"epochs"}))
    for seed in each_seed(read("dynamic.seeds", Few)):
        for name, made in {
            "plain": lambda seed: narrow.trained(seed, role, recipe, loss),
            "kernels": lambda seed: kernels.trained(seed, role, recipe, four, annealing, loss),
            "gates": lambda seed: gates.trained(seed, role, recipe, medium, prior, loss),
        }.items():
            kept(f"adversarial/{name}", seed, made(seed))


if __name__ == "__main__":
    main(run)
