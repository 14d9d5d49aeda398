"""Networks that no other experiment trains: VGG, DenseNet, and a ResNet trained with cutout."""

import numpy as np

from stages.core.compute import noted, start
from stages.core.cutout import Cut
from stages.core.data import load_role
from stages.core.errors import UserError
from stages.core.nets import resnet
from stages.core.params import Count, Depth, Few, Training, read
from stages.core.recipe import augmented, fit, keep
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.core.vgg import VGG
from stages.patch.dense import DenseNet
from stages.patch.params import Networks

NAMES = "vgg", "dense", "cutout"


def made(name, role, settings, width, depth):
    """A fresh network."""
    mean, std = role.moments
    if name == "vgg":
        return VGG(settings.vgg_depth, settings.vgg_width, len(role.classes), mean, std)
    if name == "dense":
        return DenseNet(settings.dense_depth, settings.growth, len(role.classes), mean, std)
    return resnet(role, depth, width)


def run(name: str):
    if name not in NAMES:
        raise UserError(f"there is no network `{name}` to be trained: there are {', '.join(NAMES)}")
    settings, depth = read("patch.networks", Networks), read("robust.depth", Depth)
    recipe = read("training", Training).model_copy(update={"epochs": settings.epochs, "lr": settings.lr})
    role = load_role("objects")
    images = role.train.first(read("patch.train", Count), "patch.train")
    for seed in each_seed(read("patch.seeds", Few)):
        rng = start(seed)
        net = made(name, role, settings, recipe.width, depth)
        batches = augmented(images, recipe, rng)
        if name == "cutout":
            batches = Cut(batches, settings.cutout, net.mean, noted(np.random.default_rng(seed)))
        history = fit(net, batches, recipe, f"{name}, seed {seed}")
        keep(f"patch/{name}", seed, net, history)


if __name__ == "__main__":
    main(run)
