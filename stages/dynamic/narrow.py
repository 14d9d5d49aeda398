"""The control of gates: plain networks with fewer channels, the same for every image, trained alike."""

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.measurements import record
from stages.core.nets import resnet
from stages.core.params import Few, Training, read
from stages.core.recipe import augmented, fit
from stages.core.scores import correct, logits
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.core.train import cross_entropy
from stages.dynamic.params import Narrow
from stages.dynamic.recipe import kept


def trained(seed, role, recipe, loss=cross_entropy):
    """Trains a plain ResNet; the network and its history."""
    rng = start(seed)
    net = resnet(role, recipe.depth, recipe.width)
    history = fit(net, augmented(role.train, recipe, rng), recipe, f"plain, seed {seed}", loss)
    return net, history


def run():
    recipe, narrow = read("dynamic.training", Training), read("dynamic.narrow", Narrow)
    role = load_role("objects")
    for seed in each_seed(read("dynamic.seeds", Few)):
        for name, width in narrow:
            made = trained(seed, role, recipe.model_copy(update={"width": width}))
            net = kept(f"narrow/{name}", seed, made)
            right = correct(logits(net, role.test.images), role.test.labels)
            record(f"data/dynamic/narrow/{name}/{seed}.safetensors", {"right": ("image", right)})


if __name__ == "__main__":
    main(run)
