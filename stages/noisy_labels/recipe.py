"""How networks are trained on given labels, and what they are seen to learn between epochs."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from stages.core.compute import noted, start
from stages.core.histories import keep_history
from stages.core.measurements import record
from stages.core.mixup import Mixed
from stages.core.params import Count, ImageRecipe, read
from stages.core.progress import progress
from stages.core.recipe import augmented
from stages.core.scores import accuracy, correct, logits
from stages.core.train import SGD, training
from stages.noisy_labels.images import with_labels
from stages.noisy_labels.losses import loss_of
from stages.noisy_labels.nets import network
from stages.noisy_labels.params import Data, Network

LEARNT = "fitted", "memorised", "recovered"


@dataclass(frozen=True)
class Setting:
    """What all networks of this experiment have in common; `every` is epochs between looks at them."""

    data: Data
    network: Network
    training: ImageRecipe
    every: int


def setting():
    """The Setting of params.yaml."""
    return Setting(
        read("noisy_labels.data", Data), read("noisy_labels.network", Network),
        read("noisy_labels.training", ImageRecipe), read("noisy_labels.every", Count),
    )


def learnt(predicted, true, given, classes):
    """Training images of each true class, counted: (3, classes), int64, of tensors (n,).

    fitted      rightly labelled, and taken for that
    memorised   mislabelled, and taken for their wrong label
    recovered   mislabelled, and taken for what they are
    """
    wrong = given != true
    cases = [~wrong & (predicted == true), wrong & (predicted == given), wrong & (predicted == true)]
    return torch.stack([(F.one_hot(true, classes) * case[:, None]).sum(0) for case in cases])


def watching(net, noisy, test, settings, seen):
    """after(row) for `training`: every few epochs, and after the last, adds to lists in `seen`."""

    def after(row):
        if row["epoch"] % settings.every and row["epoch"] != settings.training.epochs:
            return
        net.eval()
        z = logits(net, noisy.train.images)
        found = {
            "epoch": torch.tensor(row["epoch"], device=z.device),
            "learnt": learnt(z.argmax(1), noisy.true, noisy.train.labels, z.shape[1]),
            "right": correct(logits(net, test.images), test.labels),
            "validation": torch.tensor(
                accuracy(logits(net, noisy.validation.images), noisy.validation.labels), device=z.device),
        }
        for name, value in found.items():
            seen[name].append(value)

    return after


def optimizer_of(net, settings):
    """SGD; the weights of the hidden layer have a weight decay of their own."""
    recipe, dense = settings.training, net.dense.weight
    others = [weight for weight in net.parameters() if weight is not dense]
    return SGD([{"params": others}, {"params": [dense], "weight_decay": settings.network.decay}],
               recipe.lr, recipe.momentum, recipe.weight_decay)


def train(name, method, options, role, noise, settings, seed):
    """Trains a network by a method and records what it learns as data/noisy_labels/<name>/<seed>.

    The same seed gives every network the same initial weights, batches and labels.
    """
    rng, recipe = start(seed), settings.training
    net, noisy = network(role, settings.network), with_labels(role, settings.data, noise, seed)
    batches, loss = augmented(noisy.train, recipe, rng), loss_of(method, options, noisy.transition)
    if method == "mixup":
        batches = Mixed(batches, options["alpha"], noted(np.random.default_rng([seed, 1])))
    seen = {name: [] for name in ("epoch", "learnt", "right", "validation")}
    rows = training(net, batches, loss, optimizer_of(net, settings), recipe.epochs,
                    after=watching(net, noisy, role.test, settings, seen), extra=seen)
    history = list(progress(rows, recipe.epochs, f"{name}, seed {seed}"))
    keep_history(f"noisy_labels/{name}", seed, history, parameters=sum(w.numel() for w in net.parameters()))
    counts = {one: ("epoch class", values) for one, values in
              zip(LEARNT, torch.stack(seen["learnt"], 1), strict=True)}
    wrong = noisy.true[noisy.train.labels != noisy.true]
    totals = [labels.bincount(minlength=len(role.classes)) for labels in (noisy.true, wrong)]
    record(f"data/noisy_labels/{name}/{seed}.safetensors", counts | {
        "right": ("epoch image", torch.stack(seen["right"])),
        "validation": ("epoch", torch.stack(seen["validation"])),
        "images": ("class", totals[0]), "mislabelled": ("class", totals[1]),
    }, epoch=[int(epoch) for epoch in seen["epoch"]])
