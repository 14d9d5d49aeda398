"""A fresh network, trained on a constructed set alone. It has never seen an original image.

Ilyas et al. 2019, sections 3.1 and 3.2. The recipe is that of section `training` but for epochs, learning
rate, shifts and mirroring, which each set has for itself: the authors neither shift nor mirror D_det.
"""

from stages.core.compute import device, start
from stages.core.data import load_role
from stages.core.nets import resnet
from stages.core.params import Depth, Few, Training, read
from stages.core.recipe import augmented, fit, keep
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.features.params import Retraining
from stages.features.recipe import kept, load_set


def run(name: str):
    own = read(f"features.retraining.{name}", Retraining)
    recipe = read("training", Training).model_copy(update=own.model_dump())
    depth, role = read("robust.depth", Depth), load_role("objects")
    for seed in each_seed(read("robust.seeds", Few)):
        rng = start(seed)
        split, _ = load_set(name, seed, device)
        net = resnet(role, depth, recipe.width)
        history = fit(net, augmented(split, recipe, rng), recipe, f"on {name}, seed {seed}")
        keep(kept(f"on_{name}"), seed, net, history)


if __name__ == "__main__":
    main(run)
