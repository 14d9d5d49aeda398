"""The papers' numbers beside ours.

The papers' errors are of CIFAR-10 with shifted and mirrored images after 200 epochs: of ResNet-18 (DeVries &
Taylor 2017, the authors' README), and of PreAct ResNet-18 (Zhang et al. 2018, the authors' page).
"""

from stages.core.charts import table
from stages.core.claims import halves
from stages.regularization.methods import PLAIN
from stages.regularization.results import NETWORKS, chosen, gain, mean_corruption_error

PAPER_ERRORS = {
    "plain": "4.72 ± 0.21 (ResNet-18), 5.6 (PreAct)", "cutout": "3.99 (ResNet-18)", "mixup": "4.24 (PreAct)",
}
SIGNS = {"size": "size", "alpha": "α", "weight": "weight", "share": "share"}


def values_in_words(settings, name):
    """The values of a network's methods."""
    values = getattr(settings.networks, name).model_dump()
    return ", ".join(f"{SIGNS[key]} {value:g}" for key, value in values.items()) or "none"


def clean_tables(settings, clean, swept):
    """Accuracy and calibration on test images as they are; of shorter trainings, the test images right."""
    small = settings.small
    return [
        table(
            "Errors on test images as they are: the papers' beside ours, in %", NETWORKS,
            {
                "values of its methods": {name: values_in_words(settings, name) for name in NETWORKS},
                "papers: test errors": PAPER_ERRORS, "ours: test errors": 100 - clean.right,
                "training errors": 100 - clean.train_right, "gain over plain, points": gain(clean.right),
            },
            "The papers train larger networks for 200 epochs on all of CIFAR-10, mixup with less weight "
            "decay (1e-4). Size is the side of the square in pixels, α the parameter of mixup's Beta "
            "distribution, weight that of the rotation loss, share the part of each batch that is rotated. "
            "Training errors are on training images as they are.",
        ),
        table(
            "One method with several values: test accuracy after a shorter training, in %",
            {name: name.replace("_", " ") for name in settings.sweep},
            {"test accuracy": swept, "gain over plain, points": gain(swept)},
            f"ResNet-{small.depth} of width {small.width}, {small.epochs} epochs. The value is, for cutout, "
            "the side of the square in pixels; for mixup, α; for rotation, the weight of the rotation loss.",
        ),
        table(
            "Calibration of confidence on test images as they are", NETWORKS,
            {
                "Brier score": clean.brier, "cross-entropy, nats": clean.nats,
                "fitted temperature": clean.temperature,
                "gained by it, nats": clean.nats - clean.repaired_nats,
                "calibration error, %": clean.calibration_error,
                "the same after the temperature, %": clean.repaired_calibration_error,
            },
            "A temperature above 1 lowers confidence; each half of the test images gets the one that fits "
            "the other half. What is gained by it is what calibration is compared by. The expected "
            "calibration error (15 bins) is biased and only describes.",
            digits=2,
        ),
    ]


def disturbed_tables(settings, disturbed):
    """Accuracy on test images that were corrupted or attacked."""
    attacks, corrupted = settings.attacks, disturbed.corrupted
    each = {name.replace("_", " "): corrupted.sel(corruption=name) for name in settings.corruption.names}
    errors = mean_corruption_error(corrupted).to_series().map("{:.1f}".format).to_dict()
    return [
        table(
            "Accuracy on corrupted test images, mean over severities, in %", NETWORKS,
            each | {"mean of all": corrupted, "mean corruption error": errors},
            "The mean corruption error is 100 for the plain network; less is better. Severities are those of "
            "ImageNet-C, which are stronger on small images than CIFAR-10-C's.",
        ),
        table(
            "Accuracy on attacked test images, in %", NETWORKS,
            {f"FGSM, {at:g}/255": disturbed.fgsm.sel(epsilon=at) for at in attacks.epsilons}
            | {f"PGD, {attacks.epsilon:g}/255": disturbed.pgd},
            "The attack moves every pixel by up to so much: the fast gradient sign method (FGSM) in one "
            f"step, projected gradient descent (PGD) in {attacks.iterations} of {attacks.step:g}/255. The "
            "papers claim no defence.",
        ),
    ]


def longer_table(settings, right, longer):
    """The best combination beside the plain network, after a usual run and a longer one."""
    both = {name: NETWORKS[name] for name in (chosen(right)[1], PLAIN)}
    return table(
        "A longer run: accuracy on the half of the test images that did not choose the combination, in %",
        both,
        {f"{settings.training.epochs} epochs": halves(right)[1],
         f"{settings.longer.epochs} epochs": halves(longer)[1].assign_coords(network=list(both))},
    )
