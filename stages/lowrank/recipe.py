"""How perceptrons on `digits` are trained, and what is noted of each."""

import torch

from stages.core.compute import generator
from stages.core.data import Batches
from stages.core.progress import progress
from stages.core.recipe import keep, sgd
from stages.core.scores import accuracy, correct, logits, loss
from stages.core.train import cross_entropy, training


def train(net, role, recipe, epochs, seed, name):
    """Trains `net`, keeps it as models/lowrank/<name> and its history, and leaves it in evaluation mode.

    After every epoch, loss and accuracy of both splits are those of the network as it is then. The same seed
    gives every network the same batches.
    """

    def judge(row):
        net.eval()
        for split in ("train", "test"):
            images, labels = getattr(role, split).images, getattr(role, split).labels
            z = logits(net, images)
            row.update({f"{split}_loss": loss(z, labels), f"{split}_accuracy": 100 * accuracy(z, labels)})

    batches = Batches(role.train, recipe.batch_size, generator(seed))
    rows = training(net, batches, cross_entropy, sgd(net, recipe), epochs, after=judge)
    history = list(progress(rows, epochs, f"{name}, seed {seed}"))
    keep(f"lowrank/{name}", seed, net.eval(), history)


@torch.no_grad()
def judged(net, test):
    """Which test images are right, and how many of each class are taken for which, (classes, classes)."""
    z = logits(net, test.images)
    c = z.shape[1]
    confusion = (test.labels * c + z.argmax(1)).bincount(minlength=c * c).view(c, c)
    return {"right": correct(z, test.labels), "confusion": confusion}
