"""Scores of a group of networks on in- and out-of-distribution images, and how well they detect."""

import torch

from stages.core.files import save, write_json
from stages.core.params import read
from stages.core.scores import accuracy, logits
from stages.ood.detection import all_metrics
from stages.ood.params import Odin
from stages.ood.recipe import INSIDE, SCORES, scores_path
from stages.ood.scores import energy, max_softmax, odin, stepped


def scored(net, images, z, settings):
    """The scores of images with logits z (n, c), in the order of SCORES: float64 (3, n)."""
    moved = z
    if settings.epsilon:
        moved = logits(net, stepped(net, images, settings.temperature, settings.epsilon))
    return torch.stack([max_softmax(z), odin(moved, settings.temperature), energy(z)])


def metrics(inside, outside):
    """The metrics of each score, from scores (3, n) and (3, m)."""
    pairs = zip(SCORES, inside.numpy(), outside.numpy(), strict=True)
    return {name: all_metrics(own, other) for name, own, other in pairs}


def measured(group, seed, nets, test, sets):
    """Writes the scores of `nets` on the in-distribution split `test` and on `sets`, both by name, and for
    each net its accuracy, its parameters, and the metrics of every set and score.
    """
    settings = read("ood.odin", Odin)
    scores, numbers = {}, {}
    for name, net in nets.items():
        images = {INSIDE: test.images} | sets
        z = {key: logits(net, each) for key, each in images.items()}
        of = {key: scored(net, each, z[key], settings).cpu() for key, each in images.items()}
        scores |= {f"{name}/{key}": values for key, values in of.items()}
        numbers[name] = {
            "accuracy": accuracy(z[INSIDE], test.labels),
            "parameters": sum(weight.numel() for weight in net.parameters()),
            "sets": {key: metrics(of[INSIDE], of[key]) for key in sets},
        }
    save(scores_path(group, seed), scores)
    write_json(f"metrics/ood/{group}-{seed}.json", numbers)
