"""The tables of this experiment's page: the papers' numbers beside ours.

The papers' numbers are of CIFAR-10 with shifted and mirrored images: errors of ResNet-18 (DeVries & Taylor
2017), of PreAct ResNet-18 (Zhang et al. 2018, as on the authors' page), and accuracies of WRN-40-2 (Hendrycks
et al. 2019); what is from memory and could not be verified is marked.
"""

import numpy as np

from stages.core.claims import interval
from stages.core.files import read_json
from stages.core.pages import Table
from stages.regularization.choice import best, first_half, second_half
from stages.regularization.methods import SWEPT, values_of
from stages.regularization.paths import COMBINATIONS, NETWORKS, PLAIN
from stages.regularization.results import LABELS, mean_corruption_error, swept_right

PAPER_ERRORS = {
    "plain": "4.72 ± 0.21 (ResNet-18), 5.6 (PreAct)", "cutout": "3.99 (ResNet-18)", "mixup": "4.24 (PreAct)",
}
PAPER_CORRUPTED = {
    "plain": "72.3 (from memory, unverified)", "rotation": "76.9 (from memory, unverified)",
}
PARAMETERS = {
    "size": "cutout's side in pixels", "alpha": "mixup's α", "weight": "the rotation loss's weight",
}
BEST, WORST = "▲", "▼"


def methods_of(settings, name):
    """The values of a network's methods in words."""
    methods = {} if name == PLAIN else getattr(settings.networks, name).model_dump()
    names = {"size": "size", "alpha": "α", "weight": "weight", "share": "share"}
    return ", ".join(f"{label} {methods[key]:g}" for key, label in names.items() if key in methods) or "none"


def between(low, high):
    """An interval in words, in points."""
    return f"{low:+.1f} to {high:+.1f}".replace("-", "−")


def accuracy_table(settings, clean):
    """Test errors of every network, and its gain; `clean` is percent right (s, n) by name."""
    rows = []
    for name in NETWORKS:
        gain, low, high, _ = interval(clean[name] - clean[PLAIN], "test images")
        rows.append([
            LABELS[name], methods_of(settings, name), PAPER_ERRORS.get(name), float(100 - clean[name].mean()),
            *([None, None] if name == PLAIN else [gain, between(low, high)]),
        ])
    return Table(
        "Test errors: the papers' beside ours, in %",
        ["network", "values", "papers: errors", "ours: errors", "gain, points", "95 % interval"],
        rows,
        "The papers train larger networks for 200 epochs on CIFAR-10, and mixup with less weight decay "
        "(1e-4). Size is the side of the square in pixels, α the parameter of mixup's Beta distribution, "
        "weight that of the rotation loss, share the part of each batch that is rotated.",
    )


def sweep_table(settings, seeds):
    """Accuracy of every value of every parameter."""
    rows = []
    for method, key in SWEPT.items():
        variants = values_of(settings.sweep, method)
        right = swept_right(variants.values(), seeds)
        top = best_value(right)
        for i, value in enumerate(variants):
            gain, low, high, _ = interval(right[:, i] - right[:, 0], "test images")
            rows.append([
                PARAMETERS[key], f"{value:g}" + (f" {BEST}" if i == top else ""), float(right[:, i].mean()),
                *([gain, between(low, high)] if i else [None, None]),
            ])
    small = settings.small
    return Table(
        "One parameter at a time: test accuracy, %",
        ["parameter", "value", "accuracy", "gain over 0, points", "95 % interval"],
        rows,
        f"ResNet-{small.depth} of width {small.width}, {small.epochs} epochs; 0 is plain training. "
        f"{100 * small.share:g} % of each batch is rotated where any is. {BEST}: "
        "the value that is best on the first half of the test images; accuracy and gain are those of all.",
    )


def best_value(right):
    """The place of the best value, by the first half of the images; `right` is (s, values, n)."""
    return int(first_half(right).mean((0, 2)).argmax())


def calibration_table(seeds):
    """Calibration of every network, before and after its temperature."""
    runs = [read_json(f"metrics/regularization/clean/{seed}.json") for seed in seeds]

    def mean(name, key):
        return float(np.mean([run[name][key] for run in runs]))

    return Table(
        "Calibration on test images, before and after the temperature",
        ["network", "train accuracy, %", "test accuracy, %", "ECE, %", "NLL, nats", "temperature",
         "ECE after, %", "NLL after, nats"],
        [
            [LABELS[name], *(100 * mean(name, key) for key in ("train_accuracy", "accuracy")),
             100 * mean(name, "calibration_error"), mean(name, "loss"), mean(name, "temperature"),
             100 * mean(name, "repaired_calibration_error"), mean(name, "repaired_loss")]
            for name in NETWORKS
        ],
        "Train accuracy is that on unchanged training images. ECE: expected calibration error, 15 bins. NLL: "
        "cross-entropy. A temperature above 1 lowers confidence; each half of the test images gets the one "
        "that fits the other half best, and the table shows their mean.",
    )


def corruption_table(names, corrupted):
    """Accuracy under each corruption, the best and the worst network of each marked."""
    accuracy = {name: corrupted[name].mean((0, 2, 3)) for name in NETWORKS}  # (corruptions,)
    columns = np.stack([*accuracy.values()])                                 # (networks, corruptions)
    columns = np.column_stack([columns, columns.mean(1)])
    cells = [[f"{value:.1f}" for value in row] for row in columns]
    for ends, mark in ((columns.max(0), BEST), (columns.min(0), WORST)):
        for i, j in np.argwhere(np.isclose(columns, ends)):
            cells[i][j] += f" {mark}"
    errors = [mean_corruption_error(corrupted[name], corrupted[PLAIN]) for name in NETWORKS]
    return Table(
        "Accuracy on corrupted test images, mean over severities, in %",
        ["network", *(name.replace("_", " ") for name in names), "mean", "paper: mean", "mCE"],
        [
            [LABELS[name], *row, PAPER_CORRUPTED.get(name), error]
            for name, row, error in zip(NETWORKS, cells, errors, strict=True)
        ],
        f"{BEST} best and {WORST} worst of a column, all that tie. mCE: mean corruption error, 100 for the "
        "plain network, less is better. Severities are those of ImageNet-C, much stronger on small images "
        "than those of CIFAR-10-C, on which the paper's numbers are.",
    )


def attack_table(settings, fgsm, pgd, clean):
    """Accuracy under both attacks; percent right (s, epsilons, n), (s, n) and (s, n) by network."""
    return Table(
        "Accuracy under attack, in %",
        ["network", "ε = 0", *(f"FGSM, {epsilon:g}/255" for epsilon in settings.epsilons),
         f"PGD, {settings.epsilon:g}/255"],
        [
            [LABELS[name], float(clean[name].mean()), *(fgsm[name].mean((0, 2)).tolist()),
             float(pgd[name].mean())]
            for name in NETWORKS
        ],
        f"In L∞ balls. PGD takes {settings.iterations} steps of {settings.step:g}/255. The papers claim no "
        "defence.",
    )


def by_network(clean, longer):
    """The longer runs by the names of their networks."""
    return {best(clean, COMBINATIONS): longer["best"], PLAIN: longer[PLAIN]}


def longer_table(settings, recipe, clean, longer):
    """The longer runs beside the same networks trained as all others; accuracy on the second half."""
    rows = [
        [LABELS[name], methods_of(settings, name),
         *(float(second_half(right).mean()) for right in (clean[name], after))]
        for name, after in by_network(clean, longer).items()
    ]
    return Table(
        "The longer run: test accuracy on the second half of the test images, %",
        ["network", "values", f"{recipe.epochs} epochs", f"{settings.longer.epochs} epochs"],
        rows,
        "The best combination after the usual epochs, chosen by the first half of the test images, and the "
        "plain network.",
    )
