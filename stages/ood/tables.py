"""The tables of this experiment's page: the papers' numbers beside ours.

Numbers of Liang et al. 2018 are of WRN-28-10 on CIFAR-10 (their table 2), with the step on the input tuned
for each set; for LSUN (crop) it came out as 0, so that row is temperature only, as ours are by default.
Numbers of Hendrycks et al. 2019 are of WRN-40-2 on CIFAR-10, in the logs that the authors keep beside their
code; their outliers are 80 Million Tiny Images. Those of Liu et al. 2020 are of WRN-40-2 on CIFAR-10 (the
authors' README). A number of a paper stands beside ours only where the images are of the same set.
"""

from scipy.stats import rankdata

from stages.core.charts import table
from stages.ood.influence import auroc_parts, tnr_parts
from stages.ood.recipe import SCORES
from stages.ood.results import FAR, NEAR, PLAIN, SETS, UNSEEN, equally, minus, terms

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
}
METRIC = {"AUROC": auroc_parts, "TNR": tnr_parts}


def printed(origin, metric):
    """Of each of our sets that is also the ODIN paper's, the paper's two numbers; `origin` is where its
    images come from.
    """
    same = {name: SAME.get(name) or SAME.get(origin[name]) for name in SETS}
    return {
        name: " / ".join(f"{one:g}" for one in PAPER[theirs][METRICS.index(metric)])
        for name, theirs in same.items() if theirs
    } | {theirs: " / ".join(f"{one:g}" for one in of[METRICS.index(metric)]) for theirs, of in PAPER.items()}


def exposed_there(origin):
    """What Hendrycks et al. 2019 found on each of our sets that is also theirs."""
    return {name: words for name, (of, words) in PAPER_EXPOSURE.items() if of in origin[name]}


def rows(origin):
    """Our sets, then those of the ODIN paper that are not ours: name -> words."""
    same = {SAME.get(name) or SAME.get(origin[name]) for name in SETS}
    return SETS | {theirs: f"(paper: {theirs})" for theirs in PAPER if theirs not in same}


def over(found, network, score, names, parts=auroc_parts):
    """A metric averaged over sets, as terms."""
    return terms(found, network, score, equally(names), parts)


def detection_table(found, origin):
    """TNR and AUROC of the baseline for each set, and how hard the sets are for all networks and scores."""
    columns = {}
    for metric, parts in reversed(METRIC.items()):
        columns[f"paper: {metric}, softmax / ODIN"] = printed(origin, metric.lower())
        for score, label in SCORES.items():
            of = {name: over(found, "baseline", score, [name], parts) for name in SETS}
            columns[f"{metric}, {label}"] = of | {"mean": over(found, "baseline", score, SETS, parts)}
    columns["rank"] = ranks(found)
    return table(
        "Detection by the baseline, for each set: TNR at 95 % TPR, and AUROC, in %",
        rows(origin) | {"mean": "mean of our sets"}, columns,
        "In-distribution images are the positive ones. Rank is a set's place by AUROC, 1 the hardest, "
        "averaged over all networks, seeds and scores. Paper: Liang et al., WRN-28-10 on CIFAR-10, with a "
        "step on the input tuned for each set, which is 0 for LSUN (crop); ours is that of the parameters, "
        "0 by default. Energy: Liu et al., WRN-40-2 on CIFAR-10, mean of six sets: TNR 49.0 by softmax, "
        "67.0 by energy; AUROC 90.9 and 91.9.",
        of="set",
    )


def ranks(found):
    """The mean rank of each set by AUROC over networks, seeds and scores, 1 the hardest: name -> rank."""
    areas = found.metrics.sel(metric="auroc", set=list(SETS)).transpose("set", ...).to_numpy()
    places = rankdata(areas.reshape(len(SETS), -1), axis=0).mean(1)
    return {name: round(float(place), 1) for name, place in zip(SETS, places, strict=True)}


def other_metrics_table(found, origin):
    """Detection error and average precision of the baseline, for two scores, beside the paper's."""
    means = found.metrics.sel(network="baseline").mean("seed")
    columns = {}
    for metric, words in {"error": "detection error", "aupr_in": "AUPR in", "aupr_out": "AUPR out"}.items():
        columns[f"paper: {words}, softmax / ODIN"] = printed(origin, metric)
        for score, label in {PLAIN: "softmax", "odin": "ODIN"}.items():
            of = means.sel(score=score, metric="detection_accuracy" if metric == "error" else metric)
            of = 100 - of if metric == "error" else of
            columns[f"{words}, {label}"] = {name: round(float(of.sel(set=name)), 1) for name in SETS}
    return table(
        "The other metrics of the ODIN paper, of the baseline, in %", rows(origin), columns,
        "Means over seeds. Detection error is the smallest mean of both error rates over all thresholds. "
        "AUPR is average precision, as if both sets were of the same size, with in- or out-of-distribution "
        "images as the positive ones. Papers and networks as in the table above.",
        of="set",
    )


def capacity_table(found, labels):
    """Detection against the size of the network."""
    return table(
        "Capacity: accuracy, and detection averaged over all sets, in %", labels,
        {
            "parameters": {name: f"{int(found.parameters.sel(network=name)[0]):,}" for name in labels},
            "accuracy": found.right,
        } | {
            f"{metric}, {label}": {name: over(found, name, score, SETS, parts) for name in labels}
            for metric, parts in METRIC.items() for score, label in SCORES.items()
        },
        "All are trained by one recipe. Accuracy is on in-distribution test images.",
    )


def exposure_table(found, origin):
    """AUROC of networks of the first classes, with and without outliers, for each set."""
    groups = {name: [name] for name in NEAR | SETS} | {"mean": UNSEEN}

    def areas(network, score=PLAIN):
        return {name: over(found, network, score, of) for name, of in groups.items()}

    def gains(after, before):
        return {name: minus(after[name], before[name]) for name in groups}

    before, after = areas("control"), areas("exposed")
    before_bounds, bounded = areas("control", "energy"), areas("energy", "energy")
    return table(
        "Outlier exposure, set by set: AUROC, in %", NEAR | SETS | {"mean": "mean of unseen sets"},
        {
            "paper: before → after": exposed_there(origin),
            "as trained": areas("known"), "control": before, "exposed": after,
            "gain, points": gains(after, before),
            "control, energy": before_bounds, "energy bounds, energy": bounded,
            "gain of bounds, points": gains(bounded, before_bounds),
        },
        "All are trained on from the network as trained, the control without outliers; the gain is over the "
        "control by the same score, which is maximum softmax where nothing is said. The row of outliers has "
        "other images of the same kind as those learnt, so it is no part of the mean. Paper: Hendrycks et "
        "al., WRN-40-2, all of CIFAR-10 in-distribution, 80 Million Tiny Images as outliers; its nearest "
        "set is CIFAR-100, 87.88 → 93.31. Liu et al., the same, mean of six sets: TNR 91.5 after exposure, "
        "96.7 after energy bounds.",
        of="set",
    )


def outliers_table(found, labels):
    """Accuracy and detection of every network of the first classes."""
    groups = {"unseen sets": UNSEEN, "other data": FAR, "the other classes": NEAR}
    return table(
        "Networks of the first classes: accuracy, and detection by maximum softmax, in %", labels,
        {"accuracy": found.right} | {
            f"AUROC, {words}": {name: over(found, name, PLAIN, of) for name in labels}
            for words, of in groups.items()
        } | {"TNR, unseen sets": {name: over(found, name, PLAIN, UNSEEN, tnr_parts) for name in labels}},
        "Networks that see outliers of so many classes see the same number of images. Accuracy is on test "
        "images of the first classes.",
    )
