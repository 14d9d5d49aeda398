"""Constructed images beside what they were made of, a column for each class."""

import torch

from stages.core.data import unit
from stages.core.errors import UserError
from stages.core.plots import picture_grid, save_figure
from stages.features.recipe import load_set

PER_CLASS = 4
LONGEST = 11                     # letters of a caption that fit below a picture


def examples(labels, classes):
    """Indices (rows, classes): a column for each class, PER_CLASS of its images or as many as all have."""
    rows = min(PER_CLASS, int(labels.bincount(minlength=classes).min()))
    if rows == 0:
        raise UserError("a class has no image in the constructed sets: raise `features.images`")
    return torch.stack([torch.nonzero(labels == label).flatten()[:rows] for label in range(classes)], 1)


def shortened(word):
    """A word that fits below a picture."""
    return word if len(word) <= LONGEST else f"{word[: LONGEST - 1]}…"


def draw_pairs(name, seed, role):
    """Writes the grid of D_rand or D_det: originals above their changed copies, with the new labels."""
    split, _ = load_set(name, seed, "cpu")
    originals, labels = role.train.images.cpu(), role.train.labels.cpu()[: len(split)]
    rows = []
    for chosen in examples(labels, len(role.classes)):
        called = [shortened(role.classes[target]) for target in split.labels[chosen]]
        rows += [
            ("original", unit(originals[chosen]), None),
            ("changed", unit(split.images[chosen]), called),
        ]
    save_figure(f"plots/features/figures/{name}.svg", picture_grid(role.classes, rows))


def draw_inversions(name, seed, role):
    """Writes the grid of an inverted set: goals, starts, and where the descent ends."""
    split, tensors = load_set(name, seed, "cpu")
    originals = role.train.images.cpu()
    rows = []
    for chosen in examples(split.labels, len(role.classes)):
        rows += [
            ("goal", unit(originals[chosen]), None),
            ("start", unit(tensors["starts"][chosen]), None),
            ("end", unit(split.images[chosen]), [""] * len(role.classes)),
        ]
    save_figure(f"plots/features/figures/{name}.svg", picture_grid(role.classes, rows))
