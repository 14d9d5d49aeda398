"""The figures of this experiment's page."""

import math

import numpy as np

from stages.core.charts import dots, lines, saved
from stages.core.data import unit
from stages.core.files import load
from stages.core.plots import picture_grid, shortened
from stages.gan.results import GARMENTS, LOSSES, TOLD

COLUMNS, MOST = 10, 4                                        # pictures of a row, rows of samples, at most


def kept(path, seed):
    """Sets of images that a stage kept: name -> float images in [0, 1]."""
    sets, _ = load(f"data/gan/samples/{path}/{seed}.safetensors")
    return {name: unit(images) for name, images in sets.items()}


def firsts(split, classes):
    """The first image of each class, in [0, 1]."""
    return unit(split.images[split.of_each(1, classes, "data")]).cpu()


def by_class(words, samples, classes):
    """The first samples, of which every class has one in turn, a row with one of each."""
    return {f"{words} {i + 1}": samples[i * classes :][: min(classes, COLUMNS)]
            for i in range(min(MOST, len(samples) // classes))}


def grid(name, caption, rows, headings=None, claims=(), below=None):
    """The figure `name`: rows of pictures, words -> images; `below` has captions for some."""
    columns = min(len(images) for images in rows.values())
    shown = [(words, images[:columns], (below or {}).get(words)) for words, images in rows.items()]
    return saved(f"gan/{name}", picture_grid(headings or [""] * columns, shown), caption, claims)


def object_samples(role, seed):
    """What the four losses make."""
    rows = {"training images": unit(role.train.images.cpu()[:COLUMNS])}
    rows |= {words: kept(f"objects/{name}", seed)["last"][:COLUMNS] for name, words in LOSSES.items()}
    return grid("objects", "Training images, and the first samples of generators with the same networks and "
                f"as many steps, by loss. Seed {seed}.", rows)


def estimates(training):
    """What critics say of the distance to the data, and how good samples are, after every epoch."""
    panels = {
        title: (100 * training[key] / training[key].max("epoch"), "epoch", "epoch")
        for key, title in {"estimate": "Critic's estimate", "frechet": "Fréchet distance of samples"}.items()
    }
    return lines(
        "gan/estimates", "The critic's estimate of the distance to the data after every epoch, and the "
        "Fréchet distance of samples, each in % of the largest of its training.", panels,
        LOSSES, "% of the largest", ylim=(0, 130),
        claims=["estimate_follows_quality", "estimate_tells_more_than_loss"],
    )


def gradients(norms):
    """What gradient a fixed generator has left."""
    falls = np.log10(norms / norms.max("step"))
    return lines(
        "gan/gradients", "Norm of the gradient in the weights of a generator that stays as it is, while a "
        "new critic is trained: in orders of magnitude below its largest.",
        {"A new critic": (falls, "step", "steps of the critic")}, LOSSES, "log₁₀ of norm / largest",
        (-1, "a tenth"), (-3, 0.5), ["saturating_gradient_vanishes", "critic_keeps_gradient"],
    )


def collapses(found):
    """The share of trainings that collapse, and the quality of those that do not."""
    shown = {name: LOSSES[name] for name in found.network.values}
    failed = 100 * found.collapsed.assign_coords(rate=np.log10(found["rate"]))
    return lines(
        "gan/collapses", "Trainings of small perceptrons on digits that collapse, by learning rate.",
        {"Collapsed": (failed, "rate", "log₁₀ of the learning rate")}, shown, "% of trainings",
        ylim=(-5, 105), claims=["wgan_collapses_less"],
    )


def class_samples(role, seed):
    """What an AC-GAN makes of each class."""
    classes = len(role.classes)
    samples = kept("acgan", seed)["last"]
    rows = {"training image": firsts(role.train, classes)[:COLUMNS]}
    rows |= by_class("sample", samples, classes)
    return grid("acgan", "A training image of each class, and samples of that class by an AC-GAN. "
                f"Seed {seed}.", rows, [shortened(word) for word in role.classes[:COLUMNS]],
                ["acgan_makes_its_classes"])


def likeness(found, classes):
    """How alike two images of one class are."""
    both = {words: found[key].rename({"class": "network"}).assign_coords(network=range(len(classes)))
            for key, words in {"alike": "samples", "alike_data": "training images"}.items()}
    return dots(
        "gan/likeness", "MS-SSIM of two images of one class, 1 if they are the same: samples of an AC-GAN "
        "and training images.", {"Within classes": both}, dict(enumerate(classes)), "MS-SSIM",
        claims=["acgan_is_less_varied"],
    )


def between(seed):
    """Inverted test images and the images on the way from one to another."""
    images = kept("inversion", seed)
    pairs = len(images["test"]) // 2
    paths = images["between"].unflatten(0, (pairs, -1))
    columns = paths.shape[1] + 2
    rows = {f"pair {i + 1}": paths.new_zeros(columns, *paths.shape[2:]) for i in range(pairs)}
    below = {}
    for i, (words, row) in enumerate(rows.items()):
        row[0], row[1:-1], row[-1] = images["test"][2 * i], paths[i], images["test"][2 * i + 1]
        far = [math.sqrt(float((one - paths[i][0]).square().mean())) for one in paths[i]]
        below[words] = ["", *(f"{one:.2f}" for one in far), ""]
    heads = ["test image", "found", *[""] * (columns - 4), "found", "test image"]
    return grid("between", "Two test images at the ends of a row, what is found of them in the latent "
                "space of an AC-GAN, and images on the straight line between; below, how far each is from "
                f"the first, in root mean square over pixels. Seed {seed}.", rows, heads, below=below)


def digit_samples(role, seed):
    """What is made by players that are told the digit, and by players that are not."""
    classes = len(role.classes)
    told, untold = (kept(f"conditional/{name}", seed)["last"] for name in TOLD)
    rows = {"training image": firsts(role.train, classes)[:COLUMNS]}
    rows |= by_class("conditional", told, classes)
    rows |= {"unconditional": untold[:COLUMNS]}
    return grid("digits", "Digits by a generator that is told which, and, in the last row, by one that is "
                f"not. Seed {seed}.", rows, role.classes[:COLUMNS], ["conditional_makes_its_digits"])


def likely(found):
    """Parzen windows of both generators, and of training images."""
    rows = {name: found[name].likelihood for name in TOLD} | {"data": found["conditional"].ceiling}
    return dots(
        "gan/likely", "Log-likelihood of test digits by Parzen windows around samples of each generator, and "
        "around training images.", {"Test digits": {"likelihood": rows}}, TOLD | {"data": "training images"},
        "nats", claims=["unconditional_is_likelier"],
    )


def garment_samples(seed):
    """What is made of the same noise after the first and every tenth epoch."""
    rows = {}
    for name, words in GARMENTS.items():
        pictures = {key: images for key, images in kept(f"garments/{name}", seed).items() if key != "last"}
        rows |= {f"{words}, epoch {key}": pictures[key] for key in sorted(pictures, key=int)}
    return grid("garments", f"Samples of the same noise after the first and every tenth epoch. Seed {seed}.",
                rows, claims=["convolution_beats_dense"])


def garment_losses(training):
    """Losses of both players at every epoch."""
    panels = {
        title: (training[key], "epoch", "epoch")
        for key, title in {"generator": "Generator", "critic": "Discriminator"}.items()
    }
    return lines(
        "gan/losses", "Losses of both players, mean over every epoch. With soft labels the discriminator's "
        "cannot fall below 0.325.", panels, GARMENTS, "nats",
        (math.log(2), "log 2, where the discriminator says one half of everything"),
        claims=["soft_labels_steady", "noise_steadies"],
    )
