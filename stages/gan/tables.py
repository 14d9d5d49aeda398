"""The tables of this experiment's page."""

from stages.core.charts import table
from stages.core.pages import Table
from stages.gan.results import GARMENTS, LOSSES, TOLD

ALL = {
    "objects": {"objects": "test images"} | LOSSES | {"acgan": "AC-GAN"},
    "digits": {"digits": "test images"} | TOLD,
    "garments": {"garments": "test images"} | GARMENTS,
}
QUANTITIES = {
    "frechet": "Fréchet distance", "precision": "precision, %", "recall": "recall, %", "sure": "sure, %",
    "classes": "classes", "named": "named, %", "cosine": "cosine", "ms_ssim": "MS-SSIM",
    "nearest": "nearest",
}
PAPER = {"DBN": "138 ± 2", "stacked CAE": "121 ± 1.6", "deep GSN": "214 ± 1.1",
         "adversarial nets": "225 ± 2", "conditional adversarial nets": "132 ± 1.8"}


def quantities(found, role, images):
    """All numbers about the samples of the generators on one role."""
    columns = {
        words: {name: found[name][key] for name in ALL[role] if key in found[name]}
        for key, words in QUANTITIES.items()
    }
    return table(
        f"{images} samples of each generator on {role}, and test images in their place", ALL[role], columns,
        "Fréchet distance, precision and recall: in the features of an independent network, the judge, "
        f"against {images} training images; fewer images make the distance larger. Sure: mean probability of "
        "the class that the judge names. Classes: in use, the exponential of the entropy of what is named. "
        "Named: as wanted. Cosine and MS-SSIM: of two images, 1 if all are alike. Nearest: root mean square "
        "difference to the nearest training image, 0 for a copy. The judge may take noise for a class: "
        "precision is to be read with the distance.", digits=2, of="images",
    )


def likelihoods(found):
    """Parzen windows: ours beside table 1 of the paper."""
    ours = {name: found[name].likelihood for name in TOLD} | {"data": found["conditional"].ceiling}
    rows = {"data": "training images as samples"} | TOLD | {name: name for name in PAPER}
    return table(
        "Log-likelihood of test digits by Parzen windows, in nats", rows, {
            "here": ours, "width of windows": {name: found[name].sigma for name in TOLD},
            "Mirza & Osindero 2014, table 1 (MNIST)": PAPER,
        },
        "The two columns do not compare: other images, networks and numbers of samples. Nor do codes among "
        "themselves, since width of windows, number of samples and the scale of pixels decide: for this one "
        "model on MNIST others report 228 and 283. Only differences within a column mean something.",
        of="samples of",
    )


def latent(found):
    """Inverted test images, and the paths between them."""
    longest = found.step.max("point") / found.step.mean("point")
    columns = {
        "found in latent space": {"error": found.error},
        "nearest training image": {"error": found.nearest},
        "between both ends": {"path": found.ends.mean("pair")},
        "along the path": {"path": found.step.sum("point").mean("pair")},
        "longest step / mean step": {"path": longest.mean("pair")},
    }
    return table(
        "Test images in the latent space of the AC-GAN, and the paths between pairs of them",
        {"error": "distance to the test image", "path": "from one to the other"}, columns,
        "Distances are root mean squares over pixels in [0, 1].", digits=3, of="",
    )


def summary(name, found):
    """The layers of both players, with parameters."""
    players = dict(zip(("generator", "discriminator"), found.attrs["layers"], strict=True))
    rows = [
        [player, kind, " × ".join(map(str, shape)), f"{count:,}" if count else None]
        for player, layers in players.items() for kind, shape, count in layers
    ]
    totals = {player: sum(count for _, _, count in layers) for player, layers in players.items()}
    return Table(
        f"Garments: the {name} networks", ["of", "layer", "gives", "parameters"], rows,
        "In all " + ", ".join(f"{player} {count:,}" for player, count in totals.items()) + ".",
    )
