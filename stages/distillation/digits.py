"""How perceptrons on `digits` are trained: what the stages of this part share.

The training images are split once: the last `held_out` are seen by no network in training, not by the teacher
either; biases are chosen on them. The rest is the transfer set.
"""

import torch

from stages.core.compute import device, generator
from stages.core.data import Batches, load_role
from stages.core.errors import UserError
from stages.core.files import load
from stages.core.recipe import fit
from stages.core.scores import correct, logits
from stages.distillation.nets import perceptron
from stages.distillation.soft import distillation, entropy


def parts(held_out):
    """The role `digits`, its transfer set and its held-out training images."""
    role = load_role("digits")
    n = len(role.train)
    if held_out >= n:
        raise UserError(f"`digits` has {n} training images, {held_out} cannot be held out: lower held_out")
    return role, role.train.part(0, n - held_out), role.train.part(n - held_out, n)


def student(role, transfer, v, width, recipe, alpha, temperature, seed, title):
    """A perceptron trained on `transfer` and the teacher's logits v (n, c) of it, in evaluation mode.

    The same seed gives all students of a width the same initial weights and the same batches. With alpha 0
    the student learns from labels only.
    """
    torch.manual_seed(seed)
    batches = Batches(transfer.numbered(), recipe.batch_size, generator(seed))

    def loss(net, batch):
        x, chosen = batch
        return distillation(net(x).float(), transfer.labels[chosen], v[chosen], alpha, temperature)

    net = perceptron(role, width, dropout=0.0)
    fit(net, batches, recipe, f"{title}, seed {seed}", loss)
    return net.eval()


def taught_by(seed):
    """The logits of the teacher of a seed, which teaches the students of that seed, of every image: transfer,
    held-out and test images, each (n, classes), on the device.
    """
    found, _ = load(logits_path(seed))
    return {name: tensor.to(device) for name, tensor in found.items()}


def logits_path(seed):
    """Where the soft labels of a seed's teacher are, before the temperature."""
    return f"data/distillation/logits/{seed}.safetensors"


def judged(net, v, test):
    """What a student makes of the test images, beside its teacher's logits v of them, image by image: right,
    log-likelihood of the label, agreement with the teacher, KL divergence from it, and entropy, in nats.
    """
    z = logits(net, test.images).double()
    log_p, log_q = v.double().log_softmax(1), z.log_softmax(1)
    return {
        "right": correct(z, test.labels),
        "log_likelihood": log_q.gather(1, test.labels[:, None])[:, 0],
        "agrees": z.argmax(1) == v.argmax(1),
        "divergence": (log_p.exp() * (log_p - log_q)).sum(1),
        "entropy": entropy(z, 1.0),
    }


def stacked(axis, found):
    """Several of `judged`'s dicts along a new first axis, or one alone with "" for it, for `record`.
    """
    return {
        name: (f"{axis} image".strip(), torch.stack([one[name] for one in found]) if axis else found[name])
        for name in (found[0] if axis else found)
    }
