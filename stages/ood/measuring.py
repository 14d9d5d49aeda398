"""Scores of a network on in- and out-of-distribution images, and how well they detect."""

import torch

from stages.core.measurements import record
from stages.core.params import read
from stages.core.scores import correct, logits
from stages.ood.detection import all_metrics
from stages.ood.params import Odin
from stages.ood.recipe import INSIDE, SCORES
from stages.ood.scores import energy, max_softmax, odin, stepped


def scored(net, images, z, settings):
    """The scores of images with logits z (n, c), in the order of SCORES: float64 (3, n)."""
    moved = z
    if settings.epsilon:
        moved = logits(net, stepped(net, images, settings.temperature, settings.epsilon))
    return torch.stack([max_softmax(z), odin(moved, settings.temperature), energy(z)])


def metrics(inside, outside):
    """The metrics of each score, from scores (3, n) and (3, m): a list of dicts."""
    return [all_metrics(own, other) for own, other in zip(inside.numpy(), outside.numpy(), strict=True)]


def measure(group, name, seed, net, test, sets):
    """Writes what `net` makes of the in-distribution split `test` and of `sets`, images by name: every score
    of every image, the metrics of each set, which images of `test` are right.
    """
    settings = read("ood.odin", Odin)
    images = {INSIDE: test.images} | sets
    z = {key: logits(net, each) for key, each in images.items()}
    scores = {key: scored(net, each, z[key], settings).cpu() for key, each in images.items()}
    found = [metrics(scores[INSIDE], scores[key]) for key in sets]
    record(f"data/ood/scores/{group}/{name}/{seed}.safetensors", {
        "right": (f"{INSIDE}_image", correct(z[INSIDE], test.labels)),
        "parameters": ("", sum(weight.numel() for weight in net.parameters())),
        "metrics": ("set score metric", [[list(one.values()) for one in each] for each in found]),
    } | {
        key: (f"score {key}_image", values) for key, values in scores.items()
    }, score=list(SCORES), set=list(sets), metric=list(found[0][0]))
