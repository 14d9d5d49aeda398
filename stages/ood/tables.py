"""The tables of this experiment's page: the papers' numbers beside ours.

Numbers of Liang et al. 2018 are of WRN-28-10 on CIFAR-10 (their table 2), with the step on the input tuned
for each set; for LSUN (crop) it came out as 0, so that row is temperature only, as ours are by default.
Numbers of Hendrycks et al. 2019 are of WRN-40-2 on CIFAR-10, in the logs that the authors keep beside their
code; their outliers are 80 Million Tiny Images. Those of Liu et al. 2020 are of WRN-40-2 on CIFAR-10 (the
authors' README). A number of a paper stands beside ours only where the images are of the same set.
"""

import numpy as np

from stages.core.pages import Table
from stages.ood.recipe import CAPACITIES, SCORES
from stages.ood.results import EXPOSED, FAR, NEAR, SETS, UNSEEN, over_sets

# of each set of Liang et al. 2018, table 2, in %: maximum softmax and ODIN; TNR is 100 less the FPR printed
METRICS = "tnr", "auroc", "error", "aupr_in", "aupr_out"
PAPER = {
    "TinyImageNet (crop)": ((61.1, 76.6), (92.9, 94.2), (12.5, 11.6), (92.5, 92.8), (91.9, 94.7)),
    "TinyImageNet (resize)": ((54.4, 74.5), (91.0, 92.1), (14.8, 13.4), (89.7, 89.0), (89.9, 93.6)),
    "LSUN (crop)": ((65.0, 78.2), (94.5, 95.9), (10.8, 9.8), (95.1, 95.8), (93.1, 95.5)),
    "LSUN (resize)": ((65.0, 82.4), (93.9, 95.4), (11.4, 9.7), (93.8, 93.8), (92.8, 96.1)),
    "iSUN": ((59.4, 78.7), (92.5, 93.7), (13.2, 11.5), (91.7, 91.2), (91.5, 94.9)),
    "uniform": ((98.4, 100), (99.2, 100), (3.2, 0.2), (99.3, 100), (98.9, 100)),
    "Gaussian": ((99.7, 100), (99.5, 100), (2.4, 0.1), (99.6, 100), (99.3, 100)),
}
# what of ours is the same: a noise, or the folder that one of the authors' archives unpacks to
SAME = {
    "gaussian": "Gaussian", "uniform": "uniform", "folder Imagenet": "TinyImageNet (crop)",
    "folder Imagenet_resize": "TinyImageNet (resize)", "folder LSUN": "LSUN (crop)",
    "folder LSUN_resize": "LSUN (resize)", "folder iSUN": "iSUN",
}

# AUROC without and with exposure by fine-tuning: what our source must be called, the paper's set and numbers
PAPER_EXPOSURE = {
    "scenes": ("LSUN", "LSUN: 89.08 → 97.57"),
    "textures": ("DTD", "textures: 88.37 → 97.72"),
    "text": ("SVHN", "SVHN: 91.83 → 98.43"),
    "gaussian": ("N(0, 1)", "σ = 0.5: 94.72 → 99.60"),
}
PLAIN = "max_softmax"


def papers_sets(origin):
    """Our sets and the ODIN paper's, side by side: pairs of names, None where one has no such set; `origin`
    is where the images of each of ours come from.
    """
    pairs = [(name, SAME.get(name) or SAME.get(origin[name])) for name in SETS]
    return pairs + [(None, theirs) for theirs in PAPER if theirs not in dict(pairs).values()]


def printed(theirs, metric):
    """The paper's two numbers of its set `theirs`, as text, or None."""
    return " / ".join(f"{one:g}" for one in PAPER[theirs][METRICS.index(metric)]) if theirs else None


def exposed_there(name, source):
    """What Hendrycks et al. 2019 found on the same set, as text, or None."""
    of, words = PAPER_EXPOSURE.get(name, (None, None))
    return words if of and of in source else None


def percent(found, name, score, metric):
    """A metric of one set and score, in percent, from the numbers of one network."""
    return 100 * found["sets"][name][score][metric]


def detection_table(found, origin):
    """TNR and AUROC of the baseline, for each set and score."""
    rows = [
        [
            SETS.get(name), theirs,
            *(cell for metric in ("tnr", "auroc") for cell in (
                printed(theirs, metric),
                *(percent(found, name, score, metric) if name else None for score in SCORES),
            )),
        ]
        for name, theirs in papers_sets(origin)
    ]
    means = [[over_sets(found, score, metric, SETS) for score in SCORES] for metric in ("tnr", "auroc")]
    rows.append(["mean of our sets", None, None, *means[0], None, *means[1]])
    return Table(
        "Detection by the baseline: TNR at 95 % TPR, and AUROC, in %",
        ["set", "the paper's set", "paper: TNR, softmax / ODIN",
         *(f"TNR, {label}" for label in SCORES.values()), "paper: AUROC, softmax / ODIN",
         *(f"AUROC, {label}" for label in SCORES.values())],
        rows,
        "In-distribution images are the positive ones. Paper: Liang et al., WRN-28-10 on CIFAR-10, with a "
        "step on the input tuned for each set, which is 0 for LSUN (crop); ours is that of the parameters, 0 "
        "by default. Energy: Liu et al., WRN-40-2 on CIFAR-10, mean of six sets: TNR 49.0 by softmax, 67.0 "
        "by energy; AUROC 90.9 and 91.9.",
    )


def other_metrics_table(found, origin):
    """Detection error and average precision of the baseline, for two scores, beside the paper's."""
    scores = {PLAIN: "softmax", "odin": "ODIN"}

    def ours(name, score, metric):
        if name is None:
            return None
        if metric == "error":
            return 100 - percent(found, name, score, "detection_accuracy")
        return percent(found, name, score, metric)

    rows = [
        [
            SETS.get(name), theirs,
            *(cell for metric in METRICS[2:] for cell in (
                printed(theirs, metric), *(ours(name, score, metric) for score in scores),
            )),
        ]
        for name, theirs in papers_sets(origin)
    ]
    return Table(
        "The other metrics of the ODIN paper, of the baseline, in %",
        ["set", "the paper's set", *(
            heading for words in ("detection error, softmax / ODIN", "AUPR in", "AUPR out")
            for heading in (f"paper: {words}", *(f"ours, {score}" for score in scores.values()))
        )],
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


def rank_table(found, origin):
    """Which sets are hard, by networks of all sizes and all scores."""
    rows = []
    for name, places in sorted(ranks(found).items(), key=lambda item: np.mean(item[1])):
        areas = [percent(one, name, score, "auroc") for one in found.values() for score in SCORES]
        rows.append([
            SETS[name], float(np.mean(places)), min(places), max(places), float(np.mean(areas)), origin[name],
        ])
    return Table(
        "Which sets are hard? Ranks by AUROC, 1 the hardest",
        ["set", "mean rank", "hardest", "easiest", "mean AUROC, %", "images"],
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


def exposure_table(found, origin):
    """AUROC of the networks of the first classes, for each set."""
    rows = []
    for name, label in (NEAR | SETS).items():
        own = {one: percent(found[one], name, PLAIN, "auroc") for one in ("known", "control", "exposed")}
        bounded = percent(found["energy"], name, "energy", "auroc")
        gain = own["exposed"] - own["control"]
        rows.append([label, exposed_there(name, origin.get(name)), *own.values(), gain, bounded])
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
        "other images of the same kind as those learnt, so it is no part of the mean. Paper: Hendrycks et "
        "al., WRN-40-2, all of CIFAR-10 in-distribution, 80 Million Tiny Images as outliers; its nearest set "
        "is CIFAR-100, 87.88 → 93.31. Liu et al., the same, mean of six sets: TNR 91.5 after exposure, 96.7 "
        "after energy bounds.",
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
        ["classes", "AUROC, unseen sets", "AUROC, other data", "AUROC, the other classes", "TNR, unseen sets",
         "accuracy"],
        rows,
        "Outlier exposure as above, with the same number of images in every row. Maximum softmax.",
    )
