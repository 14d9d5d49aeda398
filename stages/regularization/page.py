"""This experiment's page in the report: the papers' numbers beside ours, in words, tables and figures.

The papers' errors are of CIFAR-10 with shifted and mirrored images after 200 epochs: of ResNet-18 (DeVries &
Taylor 2017, the authors' README), and of PreAct ResNet-18 (Zhang et al. 2018, the authors' page).
"""

from stages.core.charts import table
from stages.core.claims import best, halves
from stages.core.pages import Figure, Page, conditions, write_page
from stages.regularization.methods import PLAIN, SWEPT, values_of
from stages.regularization.results import NETWORKS, chosen, gain, mean_corruption_error, swept
from stages.regularization.setting import objects, training_recipe

PAPER_ERRORS = {
    "plain": "4.72 ± 0.21 (ResNet-18), 5.6 (PreAct)", "cutout": "3.99 (ResNet-18)", "mixup": "4.24 (PreAct)",
}
SIGNS = {"size": "size", "alpha": "α", "weight": "weight", "share": "share"}
SOURCES = [
    ["DeVries, Taylor: Improved regularization of convolutional neural networks with cutout, 2017",
     "https://arxiv.org/abs/1708.04552"],
    ["Zhang, Cisse, Dauphin, Lopez-Paz: mixup: beyond empirical risk minimization, ICLR 2018",
     "https://arxiv.org/abs/1710.09412"],
    ["Hendrycks, Mazeika, Kadavath, Song: Using self-supervised learning can improve model robustness and "
     "uncertainty, NeurIPS 2019", "https://arxiv.org/abs/1906.12340"],
    ["Thulasidasan et al.: On mixup training: improved calibration and predictive uncertainty for deep "
     "neural networks, NeurIPS 2019", "https://arxiv.org/abs/1905.11001"],
    ["Hendrycks, Dietterich: Benchmarking neural network robustness to common corruptions and perturbations, "
     "ICLR 2019", "https://arxiv.org/abs/1903.12261"],
]
FIGURES = [
    Figure(
        "plots/regularization/figures/gains.svg",
        "What each method, alone or combined, adds to the plain network's accuracy: on test images as they "
        "are, and on corrupted ones. Bars are 95 % intervals over seeds and images; the dotted line is the "
        "plain network.",
    ),
    Figure(
        "plots/regularization/figures/sweep.svg",
        "Test accuracy of smaller networks by the value of one method's parameter; 0 is plain training. "
        "Bands are 95 % intervals over seeds and images; a single seed has none, and differences of a few "
        "points mean nothing.",
    ),
    Figure(
        "plots/regularization/figures/reliability.svg",
        "Accuracy minus confidence in each tenth of the test images, from the least to the most confident, "
        "before and after a temperature is fitted. Below the dotted line a network is too sure of itself. "
        "Bands are 95 % intervals over seeds.",
    ),
    Figure(
        "plots/regularization/figures/corruptions.svg",
        "Accuracy by the severity of corruptions, mean over all of them; 0 is the images as they are. "
        "Bands are 95 % intervals over seeds and images; the dotted line is chance.",
    ),
    Figure(
        "plots/regularization/figures/attacks.svg",
        "Accuracy under the fast gradient sign method (FGSM), by how far it moves each pixel. Bands are 95 "
        "% intervals over seeds and images; the dotted line is chance.",
    ),
]


def values_in_words(settings, name):
    """The values of a network's methods."""
    return ", ".join(
        f"{SIGNS[key]} {value:g}" for key, value in getattr(settings.networks, name).model_dump().items()
    ) or "none"


def tables(settings, clean, disturbed, longer):
    """The papers' numbers beside ours, from the Datasets of results.py."""
    return [
        *clean_tables(settings, clean), *disturbed_tables(settings, disturbed),
        longer_table(settings, clean, longer),
    ]


def clean_tables(settings, clean):
    """Accuracy and calibration on test images as they are."""
    small = settings.small
    return [
        table(
            "Test errors: the papers' beside ours, in %", NETWORKS,
            {
                "values": {name: values_in_words(settings, name) for name in NETWORKS},
                "papers: errors": PAPER_ERRORS, "ours: errors": 100 - clean.right,
                "training errors": 100 - clean.train_right, "gain, points": gain(clean.right),
            },
            "The papers train larger networks for 200 epochs on all of CIFAR-10, mixup with less weight "
            "decay (1e-4). Size is the side of the square in pixels, α the parameter of mixup's Beta "
            "distribution, weight that of the rotation loss, share the part of each batch that is rotated. "
            "Training errors are on training images as they are.",
        ),
        table(
            "One parameter at a time: test accuracy of smaller networks, in %",
            {name: name.replace("_", " ") for name in settings.sweep},
            {"accuracy": swept(settings), "gain over plain, points": swept_gain(swept(settings))},
            f"ResNet-{small.depth} of width {small.width}, {small.epochs} epochs. cutout: side of the "
            "square in pixels; mixup: α; rotation: weight of the rotation loss.",
        ),
        table(
            "Calibration on test images", NETWORKS,
            {
                "Brier score": clean.brier, "cross-entropy, nats": clean.nats,
                "temperature": clean.temperature, "gained by it, nats": clean.nats - clean.repaired_nats,
                "calibration error, %": clean.calibration_error,
                "after the temperature, %": clean.repaired_calibration_error,
            },
            "A temperature above 1 lowers confidence; each half of the test images gets the one that "
            "fits the other half. What is gained by it is what calibration is compared by. The expected "
            "calibration error (15 bins) is biased and only describes.",
            digits=2,
        ),
    ]


def disturbed_tables(settings, disturbed):
    """Accuracy on test images that were corrupted or attacked."""
    attacks = settings.attacks
    errors = mean_corruption_error(disturbed.corrupted).to_series().map("{:.1f}".format).to_dict()
    return [
        table(
            "Accuracy on corrupted test images, mean over severities, in %", NETWORKS,
            {
                **{name.replace("_", " "): disturbed.corrupted.sel(corruption=name)
                   for name in settings.corruption.names},
                "mean": disturbed.corrupted, "mCE": errors,
            },
            "mCE: mean corruption error, 100 for the plain network, less is better. Severities are those "
            "of ImageNet-C, which are stronger on small images than CIFAR-10-C's.",
        ),
        table(
            "Accuracy under attack, in %", NETWORKS,
            {f"FGSM, {at:g}/255": disturbed.fgsm.sel(epsilon=at) for at in attacks.epsilons}
            | {f"PGD, {attacks.epsilon:g}/255": disturbed.pgd},
            f"Every pixel moves by up to so much. PGD takes {attacks.iterations} steps of "
            f"{attacks.step:g}/255. The papers claim no defence.",
        ),
    ]


def longer_table(settings, clean, longer):
    """The best combination beside the plain network, after a usual run and a longer one."""
    combination = chosen(clean.right)[1]
    usual, compared = halves(clean.right)[1].sel(network=[combination, PLAIN]), halves(longer)[1]
    return table(
        "A longer run: accuracy on the half of the test images that did not choose the combination, in %",
        {combination: NETWORKS[combination], PLAIN: NETWORKS[PLAIN]},
        {
            f"{settings.training.epochs} epochs": usual,
            f"{settings.longer.epochs} epochs": compared.assign_coords(network=[combination, PLAIN]),
        },
    )


def swept_gain(right):
    """What the variants of the sweep have more than the plain one."""
    return right.isel(network=slice(1, None)) - right.sel(network=PLAIN)


def best_values(settings):
    """In words, the best value of each method in the sweep, and what it gains on images that did not "
    "choose it."""
    choosing, comparing = halves(swept(settings))
    words = []
    for method in SWEPT:
        variants = values_of(settings.sweep, method)
        top = best(choosing, list(variants.values()))
        points = float((comparing.sel(network=top) - comparing.sel(network=PLAIN)).mean())
        words.append(f"{top.replace('_', ' ')} ({points:+.1f} points)" if top != PLAIN else f"no {method}")
    return ", ".join(words).replace("-", "−")


def answer(settings, claims, clean, disturbed):
    """The experiment in a few sentences, made of its numbers."""
    supported = sum(one.verdict == "supported" for one in claims)
    choosing, comparing = halves(clean.right)
    top = best(choosing, NETWORKS)
    accuracy = {name: float(comparing.sel(network=name).mean()) for name in (top, PLAIN)}
    errors = mean_corruption_error(disturbed.corrupted)
    sturdy = min(NETWORKS, key=lambda name: float(errors.sel(network=name)))
    return (
        f"{supported} of {len(claims)} claims are supported here. The best network is {NETWORKS[top]} "
        f"({values_in_words(settings, top)}) with {accuracy[top]:.1f} % right; plain training has "
        f"{accuracy[PLAIN]:.1f} %. Under corruption {NETWORKS[sturdy]} errs least (mean corruption error "
        f"{float(errors.sel(network=sturdy)):.1f}, plain 100). Of the values in the sweep, the best are "
        f"{best_values(settings)}."
    )


def write(settings, seeds, claims, clean, disturbed, longer):
    """Writes data/regularization/page.json, from the Datasets of results.py."""
    write_page(Page(
        name="regularization",
        title="Cutout, mixup, rotation head",
        question="Do three regularisers make a network more accurate, better calibrated and more robust, "
                 "and do they add up?",
        sources=SOURCES,
        conditions=conditions(objects(), training_recipe(), seeds, f"regularization/{PLAIN}")
        | {"corrupted and attacked": f"the first {settings.images:,} test images"},
        answer=answer(settings, claims, clean, disturbed),
        claims=claims,
        tables=tables(settings, clean, disturbed, longer),
        figures=FIGURES,
    ))
