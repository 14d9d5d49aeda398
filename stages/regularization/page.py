"""This experiment's page in the report: what it asks, what came out, in words, tables and figures."""

import numpy as np

from stages.core.claims import interval
from stages.core.data import load_role
from stages.core.pages import Figure, Page, conditions, write_page
from stages.regularization.choice import best, percent_right, second_half
from stages.regularization.methods import SWEPT, values_of
from stages.regularization.paths import NETWORKS, PLAIN
from stages.regularization.results import LABELS, mean_corruption_error, swept_right
from stages.regularization.tables import (
    PARAMETERS,
    accuracy_table,
    attack_table,
    best_value,
    between,
    by_network,
    calibration_table,
    corruption_table,
    longer_table,
    methods_of,
    sweep_table,
)

FIGURES = [
    Figure(
        "plots/regularization/figures/sweeps.svg",
        "Test accuracy by the value of one parameter, with 95 % intervals; 0 is plain training.",
    ),
    Figure(
        "plots/regularization/figures/reliability.svg",
        "Reliability: accuracy of the test images in each bin of confidence, as trained and after the "
        "temperature. Below the dotted line a network is too sure of itself. Dots grow with the number of "
        "images; bins of less than 1 % of them are left out.",
    ),
    Figure(
        "plots/regularization/figures/corruptions.svg",
        "Accuracy by severity, for all corruptions together and for each. Solid: plain network and single "
        "methods; dashed: combinations.",
    ),
    Figure(
        "plots/regularization/figures/attacks.svg",
        "Accuracy under FGSM by the size of the change, and under PGD (crosses).",
    ),
]


def champion(settings, recipe, clean, longer):
    """Of all networks, the best by the first half of the test images, and in percent what it gets right of
    the second half: its name, its epochs, and this number.
    """
    runs = {(name, recipe.epochs): right for name, right in clean.items()}
    runs |= {(name, settings.longer.epochs): right for name, right in by_network(clean, longer).items()}
    name, epochs = best(runs, runs)
    return name, epochs, second_half(runs[name, epochs]).mean()


def which_value(sweep, method, seeds):
    """The best value of a method, chosen by one half of the test images, and what it gains on the other."""
    variants = values_of(sweep, method)
    right = swept_right(variants.values(), seeds)
    top, spread = best_value(right), np.ptp(right.mean((0, 2)))
    words = f"{list(variants)[top]:g} for {PARAMETERS[SWEPT[method]]} ({spread:.1f} points above the worst"
    if top:
        gain, low, high, _ = interval(second_half(right[:, top] - right[:, 0]), "test images")
        words += f", {gain:+.1f} over 0 on the other half of the images, {between(low, high)}"
    return f"{words})"


def answer(settings, recipe, seeds, claims, clean, longer, corrupted):
    """The experiment in a few sentences, made of its numbers."""
    supported = sum(claim.verdict == "supported" for claim in claims)
    swept = "; ".join(which_value(settings.sweep, method, seeds) for method in SWEPT)
    errors = {name: mean_corruption_error(corrupted[name], corrupted[PLAIN]) for name in NETWORKS}
    sturdy = min(errors, key=errors.get)
    name, epochs, highest = champion(settings, recipe, clean, longer)
    return (
        f"{supported} of {len(claims)} claims are supported here. In the sweep, the best is {swept}. "
        f"Under corruption {LABELS[sturdy]} errs least (mCE {errors[sturdy]:.1f}, plain 100). The highest "
        f"test accuracy is {highest:.1f} %: {LABELS[name]} ({methods_of(settings, name)}), {epochs} epochs "
        f"of batches of {recipe.batch_size}, learning rate {recipe.lr:g}."
    )


def write(settings, recipe, seeds, claims, logits, longer, corrupted, fgsm, pgd):
    """Writes data/regularization/page.json; all but the logits are percent right by network."""
    role = load_role("objects")
    clean = percent_right(logits, role.test.labels.cpu())
    unchanged = {name: right[:, : settings.images] for name, right in clean.items()}
    write_page(Page(
        name="regularization",
        title="Cutout, mixup, rotation head",
        question="Do three regularisers make a network more accurate, better calibrated and more robust, and "
                 "do they add up?",
        sources=[
            ["DeVries, Taylor: Improved regularization of convolutional neural networks with cutout, 2017",
             "https://arxiv.org/abs/1708.04552"],
            ["Zhang, Cisse, Dauphin, Lopez-Paz: mixup: beyond empirical risk minimization, ICLR 2018",
             "https://arxiv.org/abs/1710.09412"],
            ["Hendrycks, Mazeika, Kadavath, Song: Using self-supervised learning can improve model "
             "robustness and uncertainty, NeurIPS 2019", "https://arxiv.org/abs/1906.12340"],
            ["Thulasidasan et al.: On mixup training: improved calibration and predictive uncertainty for "
             "deep neural networks, NeurIPS 2019", "https://arxiv.org/abs/1905.11001"],
            ["Hendrycks, Dietterich: Benchmarking neural network robustness to common corruptions and "
             "perturbations, ICLR 2019", "https://arxiv.org/abs/1903.12261"],
        ],
        conditions=conditions(role, recipe, seeds) | {
            "corrupted and attacked": f"the first {settings.images:,} test images",
        },
        answer=answer(settings, recipe, seeds, claims, clean, longer, corrupted),
        claims=claims,
        tables=[
            accuracy_table(settings, clean), sweep_table(settings, seeds), calibration_table(seeds),
            corruption_table(settings.corruption.names, corrupted),
            attack_table(settings.attacks, fgsm, pgd, unchanged),
            longer_table(settings, recipe, clean, longer),
        ],
        figures=FIGURES,
    ))
