"""Constructed images below those that they are made of, a column for each class."""

from stages.core.charts import saved
from stages.core.data import unit
from stages.core.plots import picture_grid
from stages.features.recipe import load_set, originals
from stages.features.results import INVERTED, NONROBUST

COLUMNS = 10                     # classes that are shown, at most


def grids(seed, classes):
    """Figures of what is made of the first image of each class: D_rand and D_det, and inversions."""
    train, heads = originals(), classes[:COLUMNS]
    shown = train.of_each(1, len(heads), "features.images").cpu()
    sets = {name: load_set(name, seed, "cpu")[1] for name in (*NONROBUST, *INVERTED)}

    def row(words, images, labels=None):
        called = None if labels is None else [classes[label] for label in labels[shown]]
        return words.replace(", ", ",\n"), unit(images.cpu()[shown]), called

    first, start = row("original", train.images), row("other image", sets["robust"]["starts"])
    changed = [row(words, sets[name]["images"], sets[name]["labels"]) for name, words in NONROBUST.items()]
    inverted = [row(words, sets[name]["images"]) for name, words in INVERTED.items()]
    return [
        saved("features/nonrobust", picture_grid(heads, [first, *changed]),
              "Training images, and below each its copies in D_rand, which an attack moved to a random "
              "class, and in D_det, moved to the next class. Below a copy stands the class that it is "
              f"labelled with. Seed {seed}.", ["rand_teaches", "det_teaches"]),
        saved("features/inversions", picture_grid(heads, [first, start, *inverted]),
              "Training images, and below each another image, and what that or grey noise becomes when it is "
              f"changed until a network sees the features of the original in it. Seed {seed}.",
              ["robust_inversions_carry_over", "images_beat_noise"]),
    ]
