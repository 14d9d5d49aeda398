"""This experiment's page in the report: what it asks, what came out, in words, tables and figures."""

from stages.core.charts import spread
from stages.core.data import load_role
from stages.core.pages import Figure, Page, conditions, write_page
from stages.ood.recipe import SCORES, load_outliers
from stages.ood.results import NEAR, PLAIN, SETS, UNSEEN, exposure_labels, size_labels, sizes, sources
from stages.ood.tables import (
    capacity_table,
    detection_table,
    exposure_table,
    other_metrics_table,
    outliers_table,
    over,
    ranks,
)

OVER = "95 % intervals over seeds and over the images of all sets"
FIGURES = [
    Figure(
        "plots/ood/figures/examples.svg",
        "The first test images of every set; above them, in-distribution images and outliers that networks "
        "learn.",
    ),
    Figure(
        "plots/ood/figures/scores.svg",
        "Scores that the baseline network gives to in-distribution images, on top, and to every other set: "
        "the share of a set's images, on one scale, where a row's full height is half of them; higher bars "
        "are cut. The dashed line is the threshold that 95 % of in-distribution images reach. All seeds "
        "together.",
    ),
    Figure(
        "plots/ood/figures/roc.svg",
        "Share of in-distribution images that the baseline network accepts, by the share of other images "
        "that it accepts, for seven of the sets, all seeds together. The diagonal is chance, the horizontal "
        "line 95 % TPR.",
    ),
    Figure(
        "plots/ood/figures/capacity.svg",
        f"AUROC of networks of several sizes, averaged over all sets, with {OVER}. The dotted line is "
        "chance.",
    ),
    Figure(
        "plots/ood/figures/exposure.svg",
        "AUROC, set by set, of networks trained on with and without outliers: left, outlier exposure, both "
        f"networks by maximum softmax; right, energy bounds, both by energy. Bars are {OVER}; the dotted "
        "line is chance.",
    ),
    Figure(
        "plots/ood/figures/classes.svg",
        "AUROC, by maximum softmax, of networks that saw no outliers, all of them, or the same number of "
        "outliers from few and from many classes; averaged over sets of other data, and on the other "
        f"classes. Bars are {OVER}; the dotted line is chance.",
    ),
]


def answer(claims, capacity, exposure):
    """The experiment in a few sentences, made of its numbers."""
    supported = sum(one.verdict == "supported" for one in claims)
    area = {score: spread(over(capacity, "baseline", score, SETS))[0] for score in SCORES}
    rank = ranks(capacity)
    before, after = (
        {name: spread(over(exposure, network, PLAIN, [name]))[0] for name in UNSEEN}
        for network in ("control", "exposed")
    )
    gain = {name: after[name] - before[name] for name in UNSEEN}
    labels, most, least = NEAR | SETS, max(gain, key=gain.get), min(gain, key=gain.get)
    return (
        f"{supported} of {len(claims)} claims are supported here. The baseline's mean AUROC is "
        f"{area[PLAIN]:.1f} % by maximum softmax, {area['odin']:.1f} % by ODIN and {area['energy']:.1f} % by "
        f"energy; the hardest set is {SETS[min(rank, key=rank.get)]}, the easiest "
        f"{SETS[max(rank, key=rank.get)]}. Outlier exposure gains {gain[most]:+.1f} points on "
        f"{labels[most]}, where it helps most, and {gain[least]:+.1f} on {labels[least]}, where it helps "
        "least."
    )


def write(ood, recipe, seeds, claims, capacity, exposure):
    """Writes data/ood/page.json."""
    origin, (outliers, names) = sources(), load_outliers()
    write_page(Page(
        name="ood",
        title="Out-of-distribution detection",
        question="Does a network know what it does not know, and can it be taught to?",
        sources=[
            ["Hendrycks, Gimpel: A baseline for detecting misclassified and out-of-distribution examples in "
             "neural networks, ICLR 2017", "https://arxiv.org/abs/1610.02136"],
            ["Liang, Li, Srikant: Enhancing the reliability of out-of-distribution image detection in neural "
             "networks, ICLR 2018", "https://arxiv.org/abs/1706.02690"],
            ["Hendrycks, Mazeika, Dietterich: Deep anomaly detection with outlier exposure, ICLR 2019",
             "https://arxiv.org/abs/1812.04606"],
            ["Liu, Wang, Owens, Li: Energy-based out-of-distribution detection, NeurIPS 2020",
             "https://arxiv.org/abs/2010.03759"],
        ],
        conditions=conditions(load_role("objects"), recipe, seeds) | {
            "outliers": f"{len(outliers):,} images of {len(names)} classes, {origin['outliers']}",
            "exposure": f"classes 1 to {ood.known.classes}, {ood.known.epochs} epochs, then "
                        f"{ood.finetuning.epochs} with outliers",
        },
        answer=answer(claims, capacity, exposure),
        claims=claims,
        tables=[
            detection_table(capacity, origin), other_metrics_table(capacity, origin),
            capacity_table(capacity, size_labels(sizes(recipe, ood.capacities))),
            exposure_table(exposure, origin),
            outliers_table(exposure, exposure_labels(ood.exposed)),
        ],
        figures=FIGURES,
    ))
