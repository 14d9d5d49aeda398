"""How encoders are trained, all for as many passes of images, and what is done with each afterwards."""

from dataclasses import dataclass
from functools import partial

import torch

from stages.core.compute import device
from stages.core.data import Batches
from stages.core.optimizers import Adam
from stages.core.params import read
from stages.core.progress import progress
from stages.core.train import recompute_batchnorm, training
from stages.selfsup.nets import encoder_of
from stages.selfsup.params import Bank, Contrast, Shape, Training, Views
from stages.selfsup.pirl import pirl
from stages.selfsup.rotnet import rotnet
from stages.selfsup.simclr import simclr
from stages.selfsup.supervised import supervised


@dataclass(frozen=True)
class Method:
    """A way to train: the function that says how, how many views it makes of an image, its own parameters."""

    parts: object
    views: int
    section: str = ""
    kind: type = None

    def options(self):
        return read(f"selfsup.{self.section}", self.kind) if self.section else None


METHODS = {
    "simclr": Method(simclr, 2, "simclr", Contrast),
    "rotnet": Method(rotnet, 4),
    "pirl_rotation": Method(partial(pirl, False), 2, "pirl", Bank),
    "pirl_jigsaw": Method(partial(pirl, True), 2, "pirl", Bank),
    "supervised": Method(supervised, 1),
}


@dataclass(frozen=True)
class Common:
    """What all trainings of this experiment have in common."""

    encoder: Shape
    training: Training
    views: Views


def common():
    """The Common of params.yaml."""
    return Common(read("selfsup.encoder", Shape), read("selfsup.training", Training),
                  read("selfsup.views", Views))


def learn(title, role, split, parts, options, setting, rng, size=None, epochs=None, wrapped=None):
    """A fresh encoder, trained on images of a role for `epochs`, and its history.

    `parts` is a method's function; without `size` two views are made of each image. `wrapped` may put
    another optimizer around the usual one.
    """
    encoder, recipe = encoder_of(role, setting.encoder), setting.training
    net, batches, loss = parts(encoder, split, size or recipe.batch_size, setting.views, options, rng)
    optimizer = Adam(net.parameters(), recipe.lr)
    epochs = epochs or recipe.epochs
    rows = training(net, batches, loss, wrapped(optimizer) if wrapped else optimizer, epochs)
    history = list(progress(rows, epochs, title))
    return settled(encoder, role), history


def of_method(title, method, role, options, setting, rng):
    """The same by a method on all images: as many views in a step, and as many steps, as every other."""
    recipe = setting.training
    return learn(title, role, role.train, method.parts, options, setting, rng, recipe.views // method.views,
                 2 * recipe.epochs // method.views)


def settled(encoder, role):
    """The encoder in evaluation mode, with the batch norm statistics of the training images as they are."""
    size = min(500, len(role.train))
    order = torch.Generator(device).manual_seed(0)
    recompute_batchnorm(encoder, Batches(role.train, size, order))
    return encoder.eval()
