"""How networks are trained by each method, and what is measured of them."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from stages.core.compute import device, generator, noted, start
from stages.core.histories import keep_history
from stages.core.measurements import record
from stages.core.params import read
from stages.core.progress import progress
from stages.core.scores import accuracy, brier, calibration_error, correct, logits
from stages.core.train import training
from stages.mixmatch.averaging import Averaging
from stages.mixmatch.batches import Copies, Mixing, Streams
from stages.mixmatch.images import labelled
from stages.mixmatch.losses import LOSSES
from stages.mixmatch.nets import network
from stages.mixmatch.params import Data, Network, Training

UNLABELLED_SEED = 1 << 32        # what is drawn for unlabelled images leaves labelled ones as they are
OF_LOSSES = "threshold", "copies", "temperature", "teacher"
COPIES = {"pseudo_label": 1, "pi_model": 2, "mixup": 1}


@dataclass(frozen=True)
class Setting:
    """What all networks of this experiment have in common."""

    data: Data
    network: Network
    training: Training


def setting():
    """The Setting of params.yaml."""
    return Setting(read("mixmatch.data", Data), read("mixmatch.network", Network),
                   read("mixmatch.training", Training))


def from_labels_alone(options):
    """Whether unlabelled images are of no use: they weigh nothing and are in no mixture."""
    return not options.get("weight") and (not options.get("alpha") or options.get("mixing") == "none")


def streams(method, options, some, unlabelled, fill, settings, seed, rng):
    """Batches for a method; `some` are the images with labels."""
    own, pad, flip = generator(UNLABELLED_SEED + seed), settings.pad, settings.flip
    copies, mixing = [], None
    if not from_labels_alone(options):
        weak = Copies(unlabelled, own, pad, flip)
        copies = [weak] * (COPIES.get(method) or options.get("copies", 1))
        if method == "fixmatch":
            copies.append(Copies(unlabelled, own, options["pad"], flip, options["cutout"], fill))
        if "alpha" in options:
            among, mixer = options.get("mixing", "separate"), noted(np.random.default_rng([seed, 1]))
            mixing = Mixing(among, options["alpha"], mixer)
    return Streams(Copies(some, rng, pad, flip), copies, mixing, settings.batch_size, settings.steps, own)


def loss_of(method, options, weight):
    """loss(net, batch) of a method; `weight` is a tensor."""
    if from_labels_alone(options):
        return LOSSES["supervised"]
    known = {name: options[name] for name in OF_LOSSES if name in options}
    return partial(LOSSES[method], weight=weight, **known)


def learn(name, method, options, role, number, unlabelled, settings, seed):
    """Trains a network by a method, whose section is the dict `options`, with so many labels, and records it
    as data/mixmatch/<name>/<seed>.

    The same seed gives every network the same weights to begin with, and labels of the same images.
    """
    rng, recipe = start(seed), settings.training
    both = network(role, settings.network)
    some = labelled(role.train, number, len(role.classes), np.random.default_rng(seed))
    weight, ramp = torch.zeros((), device=device), options.get("ramp", 0) * recipe.epochs * recipe.steps
    batches = streams(method, options, some, unlabelled, both.trained.mean, recipe, seed, rng)
    optimizer = Averaging(both, recipe.lr, recipe.weight_decay, recipe.average, weight,
                          options.get("weight", 0), ramp)

    def after(row):
        both.eval()
        row["test_accuracy"] = 100 * accuracy(logits(both.average, role.test.images), role.test.labels)

    rows = training(both, batches, loss_of(method, options, weight), optimizer, recipe.epochs,
                    schedule=lambda done: 1.0, after=after)
    history = list(progress(rows, recipe.epochs, f"{name}, seed {seed}"))
    parameters = sum(one.numel() for one in both.trained.parameters())
    keep_history(f"mixmatch/{name}", seed, history, parameters=parameters)
    measure(f"data/mixmatch/{name}/{seed}.safetensors", both.eval(), role.test)


def measure(path, both, test):
    """Records which test images are right, by the averaged weights and by the last ones, and how sure the
    former are.
    """
    z = {"average": logits(both.average, test.images), "last": logits(both.trained, test.images)}
    record(path, {
        "right": ("weights image", torch.stack([correct(one, test.labels) for one in z.values()])),
        "sure": ("image", z["average"].softmax(1).amax(1)),
        "brier": ("image", brier(z["average"], test.labels)),
        "calibration_error": ("", calibration_error(z["average"], test.labels)),
    }, weights=list(z))
