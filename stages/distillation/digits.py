"""How perceptrons on `digits` are trained: what the stages of this part share.

The training images are split once: the last `held_out` are seen by no network in training, not by the teacher
either; biases are chosen on them. The rest is the transfer set.
"""

import torch

from stages.core.compute import generator
from stages.core.data import Batches, Split, load_role
from stages.core.errors import UserError
from stages.core.recipe import fit
from stages.core.scores import logits
from stages.distillation.nets import perceptron
from stages.distillation.soft import distillation


def parts(held_out):
    """The role `digits`, its transfer set and its held-out training images."""
    role = load_role("digits")
    n = len(role.train)
    if held_out >= n:
        raise UserError(f"`digits` has {n} training images, {held_out} cannot be held out: lower held_out")
    return role, role.train.part(0, n - held_out), role.train.part(n - held_out, n)


def numbered(split):
    """A split whose labels are the numbers of its images, so that a batch knows which images it has."""
    return Split(split.images, torch.arange(len(split), device=split.images.device))


def student(role, transfer, v, width, recipe, alpha, temperature, seed, title):
    """A perceptron trained on `transfer` and the teacher's logits v (n, c) of it, in evaluation mode.

    The same seed gives all students of a width the same initial weights and the same batches. With alpha 0
    the student learns from labels only.
    """
    torch.manual_seed(seed)
    batches = Batches(numbered(transfer), recipe.batch_size, generator(seed))

    def loss(net, batch):
        x, chosen = batch
        return distillation(net(x).float(), transfer.labels[chosen], v[chosen], alpha, temperature)

    net = perceptron(role, width, dropout=0.0)
    fit(net, batches, recipe, f"{title}, seed {seed}", loss)
    return net.eval()


def results(net, role):
    """Logits of the test images, on the CPU, as they are kept."""
    return logits(net, role.test.images).cpu()
