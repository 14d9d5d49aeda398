"""The tables of this experiment's page: the papers' numbers beside ours, where the images are of one set.

Those of Hendrycks et al. 2019 are from the logs that the authors keep beside their code, those of Liu et al.
2020 from the README of theirs.
"""

from scipy.stats import rankdata

from stages.core.charts import table
from stages.ood.recipe import SCORES
from stages.ood.results import FAR, NEAR, OTHER, PLAIN, SETS, UNSEEN, by_network, by_set, minus

# of each set of Liang et al. 2018, table 2, in %: maximum softmax / ODIN; TNR is 100 less the FPR printed
METRICS = "tnr", "auroc", "error", "aupr_in", "aupr_out"
PAPER = {
    "TinyImageNet (crop)": ("61.1 / 76.6", "92.9 / 94.2", "12.5 / 11.6", "92.5 / 92.8", "91.9 / 94.7"),
    "TinyImageNet (resize)": ("54.4 / 74.5", "91 / 92.1", "14.8 / 13.4", "89.7 / 89", "89.9 / 93.6"),
    "LSUN (crop)": ("65 / 78.2", "94.5 / 95.9", "10.8 / 9.8", "95.1 / 95.8", "93.1 / 95.5"),
    "LSUN (resize)": ("65 / 82.4", "93.9 / 95.4", "11.4 / 9.7", "93.8 / 93.8", "92.8 / 96.1"),
    "iSUN": ("59.4 / 78.7", "92.5 / 93.7", "13.2 / 11.5", "91.7 / 91.2", "91.5 / 94.9"),
    "uniform": ("98.4 / 100", "99.2 / 100", "3.2 / 0.2", "99.3 / 100", "98.9 / 100"),
    "Gaussian": ("99.7 / 100", "99.5 / 100", "2.4 / 0.1", "99.6 / 100", "99.3 / 100"),
}
# what of ours is the same: the folder that one of the authors' archives unpacks to, or a noise
SAME = ["folder Imagenet", "folder Imagenet_resize", "folder LSUN", "folder LSUN_resize", "folder iSUN",
        "uniform", "gaussian"]
# AUROC without and with exposure by fine-tuning: what our source must be called, the paper's set and numbers
PAPER_EXPOSURE = {
    "scenes": ("LSUN", "LSUN: 89.08 → 97.57"), "textures": ("DTD", "textures: 88.37 → 97.72"),
    "text": ("SVHN", "SVHN: 91.83 → 98.43"),
}


def printed(origin):
    """The ODIN paper's numbers: metric -> {row: numbers}. The row is our set that has the same images, where
    there is one (`origin` is where ours come from), else the paper's own.
    """
    ours = {name: name for name in SETS} | {of: name for name, of in origin.items()}
    rows = [ours.get(same, theirs) for theirs, same in zip(PAPER, SAME, strict=True)]
    columns = zip(*PAPER.values(), strict=True)
    return {metric: dict(zip(rows, of, strict=True)) for metric, of in zip(METRICS, columns, strict=True)}


def ranks(found):
    """The mean rank of each set by AUROC over networks, seeds and scores, 1 the hardest: name -> rank."""
    areas = found.metrics.sel(metric="auroc", set=OTHER).transpose("set", ...).to_numpy()
    places = rankdata(areas.reshape(len(OTHER), -1), axis=0).mean(1)
    return {name: round(float(place), 1) for name, place in zip(OTHER, places, strict=True)}


def odin(found, origin):
    """The metrics of the ODIN paper for each set: two with intervals, for every score, and the others."""
    paper, means = printed(origin), found.metrics.sel(network="baseline").mean("seed")
    rows = {name: SETS[name] for name in OTHER}
    rows |= {row: f"{row}, in the paper only" for row in paper["tnr"] if row not in SETS}
    main, others = {}, {}
    for metric in "tnr", "auroc":
        main[f"paper: {metric.upper()}, softmax / ODIN"] = paper[metric]
        for score, label in SCORES.items():
            main[f"{metric.upper()}, {label}"] = by_set(found, "baseline", score, OTHER, metric)
    for metric, words in {"error": "detection error", "aupr_in": "AUPR in", "aupr_out": "AUPR out"}.items():
        others[f"paper: {words}, softmax / ODIN"] = paper[metric]
        of = 100 - means.sel(metric="detection_accuracy") if metric == "error" else means.sel(metric=metric)
        for score, label in {PLAIN: "softmax", "odin": "ODIN"}.items():
            one = of.sel(score=score)
            others[f"{words}, {label}"] = {name: round(float(one.sel(set=name)), 1) for name in OTHER}
    return [
        table(
            "Detection by the baseline, for each set: TNR at 95 % TPR, and AUROC, in %",
            rows | {"mean": "mean of our sets"}, main | {"rank": ranks(found)},
            "AUROC is how often an in-distribution image has a higher score than one of the set, 50 % by "
            "chance. TNR is how many of a set's images are rejected where 95 % of in-distribution images "
            "are accepted. Rank is a set's place by AUROC, 1 the hardest, averaged over all networks, seeds "
            "and scores. Paper: Liang et al., table 2, WRN-28-10 on CIFAR-10, with a step on the input "
            "tuned for each set, which is 0 for LSUN (crop). Energy: Liu et al., WRN-40-2 on CIFAR-10, mean "
            "of six sets: TNR 49.0 by softmax, 67.0 by energy; AUROC 90.9 and 91.9.", of="set"),
        table(
            "The other metrics of the ODIN paper, of the baseline, in %", rows, others,
            "Means over seeds. Detection error is the smallest mean of both error rates over all "
            "thresholds. AUPR is average precision, as if both sets were of the same size, with in- or "
            "out-of-distribution images as the positive ones. Papers and networks as in the table of TNR "
            "and AUROC.", of="set"),
    ]


def capacity(found, labels):
    """Detection against the size of the network."""
    return table(
        "Capacity: accuracy, and detection averaged over all sets, in %", labels,
        {
            "parameters": {name: f"{int(found.parameters.sel(network=name)[0]):,}" for name in labels},
            "accuracy": found.right,
        } | {
            f"{metric.upper()}, {words}": by_network(found, labels, score, OTHER, metric)
            for metric in ("auroc", "tnr") for score, words in SCORES.items()
        },
        "All are trained by one recipe. Accuracy is on in-distribution test images.")


def exposure(found, origin):
    """AUROC of networks of the first classes, with and without outliers, for each set."""
    theirs = {name: words for name, (of, words) in PAPER_EXPOSURE.items() if of in origin[name]}
    softmax = {name: by_set(found, name, PLAIN, UNSEEN) for name in ("known", "control", "exposed")}
    energy = {name: by_set(found, name, "energy", UNSEEN) for name in ("control", "energy")}

    def gains(after, before):
        return {name: minus(after[name], before[name]) for name in before}

    return table(
        "Outlier exposure, set by set: AUROC, in %", SETS | {"mean": "mean of unseen sets"},
        {
            "paper: before → after": theirs, "as trained": softmax["known"],
            "control": softmax["control"], "exposed": softmax["exposed"],
            "gain, points": gains(softmax["exposed"], softmax["control"]),
            "control, by energy": energy["control"], "energy bounds, by energy": energy["energy"],
            "gain of energy bounds, points": gains(energy["energy"], energy["control"]),
        },
        "All are trained on from the network as trained, the control without outliers; the gain is over the "
        "control by the same score, which is maximum softmax where nothing is said. The row of outliers has "
        "other images of the same kind as those learnt, so it is no part of the mean. Paper: Hendrycks et "
        "al., WRN-40-2, all of CIFAR-10 in-distribution, 80 Million Tiny Images as outliers; its nearest "
        "set is CIFAR-100, 87.88 → 93.31. Liu et al., the same, mean of six sets: TNR 91.5 after exposure, "
        "96.7 after energy bounds.", of="set")


def outliers(found, labels):
    """Accuracy and detection of every network of the first classes."""
    groups = {"unseen sets": UNSEEN, "other data": FAR, "the other classes": NEAR}
    return table(
        "Networks of the first classes: accuracy, and detection, in %", labels,
        {"accuracy": found.right}
        | {f"AUROC, {words}": by_network(found, labels, PLAIN, sets) for words, sets in groups.items()}
        | {"TNR, unseen sets": by_network(found, labels, PLAIN, UNSEEN, "tnr"),
           "TNR by energy, unseen sets": by_network(found, labels, "energy", UNSEEN, "tnr")},
        "Networks that see outliers of so many classes see the same number of images. Accuracy is on test "
        "images of the first classes. Detection is by maximum softmax where nothing is said.")
