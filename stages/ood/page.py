"""This experiment's page in the report: what it asks, what came out, in words, tables and figures."""

import numpy as np

from stages.core.data import load_role
from stages.core.pages import Figure, Page, conditions, write_page
from stages.ood.recipe import SCORES, load_outliers
from stages.ood.results import NEAR, SETS, UNSEEN, numbers, over_sets, sources
from stages.ood.tables import (
    PLAIN,
    capacity_table,
    detection_table,
    diversity_table,
    exposure_table,
    other_metrics_table,
    percent,
    rank_table,
    ranks,
)

FIGURES = [
    Figure(
        "plots/ood/figures/examples.svg",
        "The first test images of every set; above them, in-distribution images and outliers.",
    ),
    Figure(
        "plots/ood/figures/scores.svg",
        "Scores of the baseline network: of in-distribution images on top, below them of every set. The "
        "dashed line is the threshold that 95 % of in-distribution images reach.",
    ),
    Figure("plots/ood/figures/roc.svg", "ROC curves of the baseline network for every set."),
    Figure(
        "plots/ood/figures/capacity.svg",
        "Detection against depth and width: AUROC averaged over all sets, with 95 % intervals, and accuracy.",
    ),
    Figure(
        "plots/ood/figures/exposure.svg",
        "Left: AUROC of each set without and with outliers. Right: the gain over the control, with 95 % "
        "intervals; energy bounds against the control's energy.",
    ),
    Figure(
        "plots/ood/figures/diversity.svg",
        "AUROC against the number of classes that the same number of outliers is drawn from, with 95 % "
        "intervals.",
    ),
]


def answer(claims, capacity, exposure, diversity):
    """The experiment in a few sentences, made of its numbers."""
    supported = sum(claim.verdict == "supported" for claim in claims)
    baseline = capacity["baseline"]
    areas = {score: over_sets(baseline, score, "auroc", SETS) for score in SCORES}
    place = {name: np.mean(places) for name, places in ranks(capacity).items()}
    before, after = exposure["control"], exposure["exposed"]
    gains = {
        name: percent(after, name, PLAIN, "auroc") - percent(before, name, PLAIN, "auroc") for name in UNSEEN
    }
    labels = NEAR | SETS
    most, least = max(gains, key=gains.get), min(gains, key=gains.get)
    few, many = diversity.classes[0], diversity.classes[-1]
    area = {k: over_sets(exposure[f"diversity_{k}"], PLAIN, "auroc", UNSEEN) for k in (few, many)}
    return (
        f"{supported} of {len(claims)} claims are supported here. The baseline's mean AUROC is "
        f"{areas['max_softmax']:.1f} % by maximum softmax, {areas['odin']:.1f} % by ODIN and "
        f"{areas['energy']:.1f} % by energy; the hardest set is {SETS[min(place, key=place.get)]}, the "
        f"easiest {SETS[max(place, key=place.get)]}. Exposure gains {gains[most]:+.1f} points on "
        f"{labels[most]}, where it helps most, and {gains[least]:+.1f} on {labels[least]}, where it helps "
        "least. "
        f"With {diversity.images:,} outliers of {few}, or of {many}, classes the mean AUROC is "
        f"{area[few]:.1f} or {area[many]:.1f} %."
    )


def write(ood, recipe, seeds, claims):
    """Writes data/ood/page.json."""
    role = load_role("objects")
    capacity, exposure = numbers("capacity", seeds), numbers("exposure", seeds)
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
        conditions=conditions(role, recipe, seeds) | {
            "outliers": f"{len(outliers):,} images of {len(names)} classes, {origin['outliers']}",
            "exposure": f"classes 1 to {ood.known.classes}, {ood.known.epochs} epochs, then "
                        f"{ood.finetuning.epochs} with outliers",
        },
        answer=answer(claims, capacity, exposure, ood.diversity),
        claims=claims,
        tables=[
            detection_table(capacity["baseline"], origin), other_metrics_table(capacity["baseline"], origin),
            rank_table(capacity, origin), capacity_table(capacity, ood, recipe),
            exposure_table(exposure, origin),
            diversity_table(exposure, ood.diversity),
        ],
        figures=FIGURES,
    ))
