"""Networks that know two classes only, for translation: a robust and a standard one for each pair.

Santurkar et al. 2019, section 3.3: adversarial training in an L2 ball, as for all classes
(stages/baseline/robust.py). The standard network begins with the same weights and sees the same batches.
"""

from functools import partial

from stages.core.attacks import adversarial
from stages.core.compute import start
from stages.core.data import load_role
from stages.core.nets import resnet
from stages.core.params import Depth, Few, Training, read
from stages.core.recipe import augmented, fit, keep
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.core.train import cross_entropy
from stages.synthesis.pairs import narrowed
from stages.synthesis.params import Adversarial, Pairs


def run():
    settings, role = read("synthesis.two_class", Adversarial), load_role("objects")
    own = settings.model_dump(include={"epochs", "batch_size"})
    recipe = read("training", Training).model_copy(update=own)
    attacked = partial(adversarial, **settings.model_dump(exclude=set(own)))
    pairs = {name: narrowed(role, pair, f"synthesis.pairs.{name}")
             for name, pair in read("synthesis.pairs", Pairs)}
    for seed in each_seed(read("synthesis.seeds", Few)):
        for pair, both in pairs.items():
            for name, loss in {"robust": attacked, "standard": cross_entropy}.items():
                rng = start(seed)
                net = resnet(both, read("robust.depth", Depth), recipe.width)
                batches = augmented(both.train, recipe, rng)
                title = f"{name}, {' and '.join(both.classes)}, seed {seed}"
                history = fit(net, batches, recipe, title, loss)
                keep(f"synthesis/{pair}/{name}", seed, net, history)


if __name__ == "__main__":
    main(run)
