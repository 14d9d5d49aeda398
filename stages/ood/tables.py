"""The tables of this experiment's page: the papers' numbers beside ours.

Numbers of Liang et al. 2018 are of WRN-28-10 on CIFAR-10 (their table 2), with the step on the input tuned
for each set; for LSUN (crop) it came out as 0, so that row is temperature only, as ours are by default.
Numbers of Hendrycks et al. 2019 are of WRN-40-2 on CIFAR-10, in the logs that the authors keep beside their
code; their outliers are 80 Million Tiny Images.
"""

import numpy as np

from stages.core.pages import Table
from stages.ood.recipe import CAPACITIES, SCORES
from stages.ood.results import EXPOSED, FAR, NEAR, SETS, UNSEEN, over_sets, sources

# of each set: maximum softmax, ODIN
PAPER_SETS = {"scenes": "LSUN (crop)", "gaussian": "Gaussian", "uniform": "uniform"}
PAPER_TNR = {"scenes": (65.0, 78.2), "gaussian": (99.7, 100), "uniform": (98.4, 100)}
PAPER_AUROC = {"scenes": (94.5, 95.9), "gaussian": (99.5, 100), "uniform": (99.2, 100)}
PAPER_ERROR = {"scenes": (10.8, 9.8), "gaussian": (2.4, 0.1), "uniform": (3.2, 0.2)}
PAPER_IN = {"scenes": (95.1, 95.8), "gaussian": (99.6, 100), "uniform": (99.3, 100)}
PAPER_OUT = {"scenes": (93.1, 95.5), "gaussian": (99.3, 100), "uniform": (98.9, 100)}

# of each set: what the paper's is, AUROC without and with exposure by fine-tuning
PAPER_EXPOSURE = {
    "other_classes": "CIFAR-100: 87.88 → 93.31",
    "scenes": "LSUN: 89.08 → 97.57",
    "textures": "textures: 88.37 → 97.72",
    "text": "SVHN: 91.83 → 98.43",
    "gaussian": "σ = 0.5: 94.72 → 99.60",
}
PLAIN = "max_softmax"


def both(paper, name):
    """The paper's two numbers of a set, as text, or None."""
    return " / ".join(f"{number:g}" for number in paper[name]) if name in paper else None


def percent(found, name, score, metric):
    """A metric of one set and score, in percent, from the numbers of one network."""
    return 100 * found["sets"][name][score][metric]


def detection_table(found):
    """TNR and AUROC of the baseline, for each set and score."""
    rows = [
        [
            label, PAPER_SETS.get(name), both(PAPER_TNR, name),
            *(percent(found, name, score, "tnr") for score in SCORES),
            both(PAPER_AUROC, name), *(percent(found, name, score, "auroc") for score in SCORES),
        ]
        for name, label in SETS.items()
    ]
    means = [[over_sets(found, score, metric, SETS) for score in SCORES] for metric in ("tnr", "auroc")]
    rows.append(["mean", None, None, *means[0], None, *means[1]])
    return Table(
        "Detection by the baseline: TNR at 95 % TPR, and AUROC, in %",
        ["set", "the paper's set", "paper: TNR, softmax / ODIN",
         *(f"TNR, {label}" for label in SCORES.values()), "paper: AUROC, softmax / ODIN",
         *(f"AUROC, {label}" for label in SCORES.values())],
        rows,
        "In-distribution images are the positive ones. Paper: WRN-28-10 on CIFAR-10, with a step on the "
        "input tuned for each set, which is 0 for LSUN (crop); ours is that of the parameters, 0 by default. "
        "Where the paper's columns are empty it does not have the set.",
    )


def other_metrics_table(found):
    """Detection error and average precision of the baseline, for two scores, beside the paper's."""
    scores = PLAIN, "odin"
    rows = [
        [
            label, both(PAPER_ERROR, name),
            *(100 - percent(found, name, score, "detection_accuracy") for score in scores),
            both(PAPER_IN, name), *(percent(found, name, score, "aupr_in") for score in scores),
            both(PAPER_OUT, name), *(percent(found, name, score, "aupr_out") for score in scores),
        ]
        for name, label in SETS.items()
    ]
    names = "softmax", "ODIN"
    return Table(
        "The other metrics of the ODIN paper, of the baseline, in %",
        ["set", "paper: detection error, softmax / ODIN", *(f"ours, {name}" for name in names),
         "paper: AUPR in", *(f"ours, {name}" for name in names),
         "paper: AUPR out", *(f"ours, {name}" for name in names)],
        rows,
        "Detection error is the smallest mean of both error rates over all thresholds. AUPR is average "
        "precision, as if both sets were of the same size, with in- or out-of-distribution images as the "
        "positive ones. Papers and networks as in the table above.",
    )


def ranks(found, metric="auroc"):
    """The rank of each set by each network and score, 1 the hardest: name -> list."""
    ranked = {name: [] for name in SETS}
    for network in found.values():
        for score in SCORES:
            hardest = sorted(SETS, key=lambda name, one=network, of=score: one["sets"][name][of][metric])
            for place, name in enumerate(hardest, start=1):
                ranked[name].append(place)
    return ranked


def rank_table(found):
    """Which sets are hard, by networks of all sizes and all scores."""
    origin, rows = sources(), []
    for name, places in sorted(ranks(found).items(), key=lambda item: np.mean(item[1])):
        areas = [percent(one, name, score, "auroc") for one in found.values() for score in SCORES]
        rows.append([
            SETS[name], float(np.mean(places)), min(places), max(places), float(np.mean(areas)), origin[name],
        ])
    return Table(
        "Which sets are hard? Ranks by AUROC, 1 the hardest",
        ["set", "mean rank", "best", "worst", "mean AUROC, %", "images"],
        rows,
        f"Over {len(found)} networks and {len(SCORES)} scores. An AUROC of 50 % is guessing.",
    )


def capacity_table(found, ood, recipe):
    """Detection against the size of the network."""
    sizes = {"baseline": recipe} | {name: getattr(ood.capacities, name) for name in CAPACITIES}
    order = sorted(sizes, key=lambda name: (sizes[name].width != recipe.width, found[name]["parameters"]))
    rows = [
        [
            f"ResNet-{sizes[name].depth}, width {sizes[name].width}", int(found[name]["parameters"]),
            100 * found[name]["accuracy"],
            *(over_sets(found[name], score, "auroc", SETS) for score in SCORES),
            *(over_sets(found[name], score, "tnr", SETS) for score in SCORES),
        ]
        for name in order
    ]
    return Table(
        "Capacity: accuracy, and detection averaged over all sets, in %",
        ["network", "parameters", "accuracy", *(f"AUROC, {label}" for label in SCORES.values()),
         *(f"TNR, {label}" for label in SCORES.values())],
        rows,
        "All are trained by one recipe. Accuracy is on in-distribution test images.",
    )


def exposure_table(found):
    """AUROC of the networks of the first classes, for each set."""
    rows = []
    for name, label in (NEAR | SETS).items():
        own = {one: percent(found[one], name, PLAIN, "auroc") for one in ("known", "control", "exposed")}
        bounded = percent(found["energy"], name, "energy", "auroc")
        gain = own["exposed"] - own["control"]
        rows.append([label, PAPER_EXPOSURE.get(name), *own.values(), gain, bounded])
    own = [over_sets(found[one], PLAIN, "auroc", UNSEEN) for one in ("known", "control", "exposed")]
    bounded = over_sets(found["energy"], "energy", "auroc", UNSEEN)
    rows.append(["mean of unseen sets", None, *own, own[2] - own[1], bounded])
    *right, right_bounded = [100 * found[name]["accuracy"] for name in EXPOSED]
    rows.append(["accuracy on the first classes", None, *right, right[2] - right[1], right_bounded])
    return Table(
        "Outlier exposure, set by set: AUROC, in %",
        ["set", "paper: before → after", "as trained", "control", "exposed", "gain, points", "energy bounds"],
        rows,
        "All are trained on from the network as trained, the control without outliers; the gain is exposed "
        "less control. The score is maximum softmax, for energy bounds the energy. The row of outliers has "
        "other images of the same kind as those learnt, so it is no part of the mean. Paper: WRN-40-2, "
        "CIFAR-10 in-distribution, 80 Million Tiny Images as outliers.",
    )


def diversity_table(found, diversity):
    """AUROC against the number of classes that outliers are drawn from."""
    rows = []
    for k in diversity.classes:
        one = found[f"diversity_{k}"]
        area = [over_sets(one, PLAIN, "auroc", names) for names in (UNSEEN, FAR, NEAR)]
        rows.append([k, *area, over_sets(one, PLAIN, "tnr", UNSEEN), 100 * one["accuracy"]])
    return Table(
        f"Diversity: {diversity.images:,} outliers of so many classes, in %",
        ["classes", "AUROC, unseen sets", "AUROC, far sets", "AUROC, the other classes", "TNR, unseen sets",
         "accuracy"],
        rows,
        "Outlier exposure as above, with the same number of images in every row. Maximum softmax.",
    )
