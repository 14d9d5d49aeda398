"""The end of this experiment: its claims, the papers' numbers beside ours, figures."""

from stages.core.charts import dots, from_zero, lines, write_lines, write_losses
from stages.core.claims import best, halves
from stages.core.pages import accuracies, conditions, means, publish
from stages.core.params import read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.regularization.about import ABOUT
from stages.regularization.claims import claims
from stages.regularization.methods import PLAIN, SINGLES, SWEPT, values_of
from stages.regularization.params import Regularization
from stages.regularization.results import LONGER, NETWORKS, REGULARISED, gain, mean_corruption_error, results
from stages.regularization.setting import objects, training_recipe
from stages.regularization.tables import clean_tables, disturbed_tables, longer_table

CHANCE = 10, "chance"                                        # percent; ten classes
AXES = {"size": "side of the square, pixels", "alpha": "α", "weight": "weight of the rotation loss"}
SHOWN = {name: NETWORKS[name] for name in (PLAIN, *SINGLES, "all")}          # where all would be a tangle


def along(axis, right, disturbed):
    """Percent right along `axis`, with the same images as they are at 0."""
    return from_zero(right.isel(image=slice(None, disturbed.sizes["image"])), disturbed, axis)


def sweep_panels(settings, swept):
    """A panel for each method: accuracy by the value of its parameter."""
    panels = {}
    for method, key in SWEPT.items():
        variants = values_of(settings.sweep, method)
        values = swept.sel(network=list(variants.values())).rename(network=key)
        values = values.assign_coords({key: list(variants)}).expand_dims(network=["small"])
        panels[method] = values, key, AXES[key]
    return panels


def clean_figures(settings, clean, swept):
    """Accuracy by parameter, and reliability, on test images as they are."""
    gaps = {"As trained": clean.gap, "After the temperature": clean.repaired_gap}
    return [
        lines(
            "regularization/sweep",
            "Test accuracy after a shorter training with one method, by the value of its parameter; 0 is "
            "plain training. With one seed a difference of a few points means nothing.",
            sweep_panels(settings, swept), {"small": "one method"}, "test accuracy, %", CHANCE, (0, 100),
        ),
        lines(
            "regularization/reliability",
            "Accuracy minus confidence in each tenth of the test images, from the least to the most "
            "confident, as trained and with confidences mended by a temperature. Below 0 a network is too "
            "sure of itself.",
            {title: (gap, "tenth", "tenth of the test images, by confidence") for title, gap in gaps.items()},
            SHOWN, "accuracy minus confidence, points", (0, "perfect calibration"),
            claims=["mixup_improves_calibration"],
        ),
    ]


def robustness_figures(right, disturbed, by_severity, by_epsilon, epsilon):
    """Gains on all kinds of test images, and accuracy by how much images are corrupted or attacked."""
    kinds = {
        "as they are": right, "corrupted": disturbed.corrupted,
        f"FGSM, ε = {epsilon:g}/255": disturbed.fgsm.sel(epsilon=epsilon),
        f"PGD, ε = {epsilon:g}/255": disturbed.pgd,
    }
    under = ["rotation_raises_accuracy_under_corruption", "none_defends_against_fgsm"]
    return [
        dots(
            "regularization/gains",
            "What each method, alone or combined, adds to the plain network's accuracy on test images: as "
            "they are, corrupted, and attacked by two methods that move every pixel by up to ε.",
            {"Gain over the plain network": {words: gain(values) for words, values in kinds.items()}},
            REGULARISED, "points of test accuracy", (0, "the plain network"),
            [*(f"{name}_raises_accuracy" for name in SINGLES), *under, "none_defends_against_pgd"],
        ),
        lines(
            "regularization/disturbed",
            "Test accuracy by the severity of corruptions, a mean over all of them (left), and by how far "
            "the fast gradient sign method (FGSM) moves every pixel (right). At 0 images are as they are.",
            {"Corrupted images": (by_severity, "severity", "severity"),
             "Images attacked by FGSM": (by_epsilon, "epsilon", "ε, in 1/255")},
            SHOWN, "test accuracy, %", CHANCE, (0, 100), under,
        ),
    ]


def best_values(settings, swept):
    """In words, each method's best value in the sweep, and its gain on images that did not choose it."""
    choosing, comparing = halves(swept)
    tops = {method: best(choosing, values_of(settings.sweep, method).values()) for method in SWEPT}
    gained = means(gain(comparing))
    return ", ".join(
        f"no {method}" if top == PLAIN else f"{top.replace('_', ' ')} ({gained[top]:+.1f} points)"
        for method, top in tops.items()
    )


def answer(settings, right, corrupted, swept):
    """The experiment in a few sentences, made of its numbers."""
    gained, errors = means(gain(right)), means(mean_corruption_error(corrupted))
    sturdy = min(errors, key=errors.get)
    return (
        f"Mixup changes test accuracy by {gained['mixup']:+.1f} points, the rotation head by "
        f"{gained['rotation']:+.1f}, all three methods together by {gained['all']:+.1f}; the plain network "
        f"has {means(right)[PLAIN]:.1f} % right. On corrupted images {NETWORKS[sturdy]} errs least (mean "
        f"corruption error {errors[sturdy]:.1f}, plain 100). Of the values that were tried in "
        f"shorter trainings, the best are {best_values(settings, swept)}."
    )


def run():
    settings = read("regularization", Regularization)
    seeds, epsilon = listed(settings.seeds), settings.attacks.epsilon
    clean, disturbed = (results(kind, NETWORKS, seeds) for kind in ("clean", "disturbed"))
    longer = results("longer", LONGER, seeds).right
    swept = results("sweep", settings.sweep, listed(settings.small.seeds)).right
    by_severity = along("severity", clean.right, disturbed.corrupted.mean("corruption"))
    by_epsilon = along("epsilon", clean.right, disturbed.fgsm)
    write_lines("plots/regularization/curves/severity.csv", by_severity, "severity", NETWORKS)
    write_lines("plots/regularization/curves/fgsm.csv", by_epsilon, "epsilon", NETWORKS)
    write_losses("regularization", {"regularization": NETWORKS}, seeds)
    publish(
        ABOUT,
        conditions(objects(), training_recipe(), seeds, f"regularization/{PLAIN}")
        | {"corrupted and attacked": f"the first {settings.images:,} test images"},
        answer(settings, clean.right, disturbed.corrupted, swept),
        claims(clean, disturbed, longer, epsilon),
        [*clean_tables(settings, clean, swept), *disturbed_tables(settings, disturbed),
         longer_table(settings, clean.right, longer)],
        [*robustness_figures(clean.right, disturbed, by_severity, by_epsilon, epsilon),
         *clean_figures(settings, clean, swept)],
        **accuracies(clean.right),
    )


if __name__ == "__main__":
    main(run)
