"""What the measuring stages left, for tables, figures and claims; s seeds, n images of a set."""

import numpy as np

from stages.core.claims import student
from stages.core.files import load, read_json
from stages.core.results import stacked
from stages.ood.influence import auroc_parts, contributions
from stages.ood.recipe import INSIDE, SCORES, SETS_PATH, scores_path

# names -> how tables and legends call them; the control first
SETS = {
    "outliers": "outliers",
    "scenes": "scenes",
    "textures": "textures",
    "faces": "faces",
    "text": "text",
    "digits": "digits",
    "gaussian": "Gaussian noise",
    "uniform": "uniform noise",
}
NEAR = {"other_classes": "the other classes"}
DEPTHS = ["shallow", "middling", "baseline", "deep"]
WIDTHS = ["narrow", "baseline", "wide"]
EXPOSED = {
    "known": "as trained",
    "control": "trained on, no outliers",
    "exposed": "outlier exposure",
    "energy": "energy bounds",
}
# what exposure is tested on: no set is of the same kind as the outliers that networks saw
UNSEEN = [name for name in [*NEAR, *SETS] if name != "outliers"]
FAR = [name for name in UNSEEN if name not in NEAR]          # other data; some may show a known class


def sources():
    """Where the images of each set come from, in words."""
    return load(SETS_PATH)[1]["sources"]


def scores(group, seeds):
    """Scores of a group of networks: network -> set, with INSIDE -> score -> (s, n)."""
    found = {}
    for key, values in stacked(scores_path(group, "{seed}"), seeds).items():
        network, of = key.split("/")
        named = {name: values[:, i] for i, name in enumerate(SCORES)}
        found.setdefault(network, {})[of] = named
    return found


def numbers(group, seeds):
    """The metrics of a group of networks, as the measuring stage wrote them, averaged over the seeds."""
    return mean([read_json(f"metrics/ood/{group}-{seed}.json") for seed in seeds])


def mean(values):
    """The mean of nested dicts of numbers, place by place."""
    if isinstance(values[0], dict):
        return {key: mean([value[key] for value in values]) for key in values[0]}
    return float(np.mean(values))


def over_sets(network, score, metric, sets):
    """Mean over sets of a metric, in percent, from the numbers of one network."""
    return 100 * float(np.mean([network["sets"][name][score][metric] for name in sets]))


def values(found, score, weights, parts=auroc_parts):
    """100 times a weighted sum of a metric over sets, image by image: (s, images of all kinds).

    `found` are the scores of one network, `weights` a number for each set by name.
    """
    inside, outsides = found[INSIDE][score], [found[name][score] for name in weights]
    return 100 * np.stack([
        contributions(parts, own, [outside[seed] for outside in outsides], list(weights.values()))
        for seed, own in enumerate(inside)
    ])


def equally(names):
    """The weights of a mean over sets."""
    return {name: 1 / len(names) for name in names}


def spread(values):
    """Mean of values (s, images) and half its 95 % interval: Student's over seeds from three on, else the
    normal one over images, which are too many to draw again for every point of a figure.
    """
    if len(values) >= 3:
        low, high = student(values.mean(1))
        return float(values.mean()), (high - low) / 2
    each = values.mean(0)
    return float(each.mean()), float(1.96 * each.std() / len(each) ** 0.5)
