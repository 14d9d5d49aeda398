"""What four papers say of out-of-distribution detection, tested on the scores just computed.

Compared are scores of whole sets, averaged over the sets: AUROC, which varies less from run to run than a
rate at one threshold, and TNR at 95 % TPR where Liu et al. claim it (they find no gain of AUROC on every
set). Both networks, or both scores, of a difference meet the same images. Outcomes by these measures, on
other data and of other networks, were known when the default run was set up.
"""

from stages.core.claims import OURS, claim
from stages.ood.about import BASELINE, ENERGY, EXPOSURE, ODIN
from stages.ood.results import CHANCE, FAR, NEAR, OTHER, PLAIN, UNSEEN, minus, over


def higher(found, one, other, sets, metric="auroc", **text):
    """The claim that `one`, a network and a score, has more of a metric over sets than the `other`."""
    pair = (over(found, *each, sets, metric) for each in (one, other))
    given = found.right.sel(network=list(dict.fromkeys([one[0], other[0]])))
    return claim(difference=minus(*pair), given=given, **text)


def score_claims(found):
    """Claims on scores, from the Dataset of networks that know all classes."""
    softmax, odin, energy = (("baseline", score) for score in (PLAIN, "odin", "energy"))
    inside, *outsides = over(found, *softmax, OTHER)
    return [
        claim(
            difference=[inside - CHANCE, *outsides], given=found.right.sel(network="baseline"),
            id="max_softmax_beats_chance", source=BASELINE,
            sentence="A network's largest softmax probability tells images of the classes that it knows from "
                     "other images: AUROC, averaged over sets of other images, is above 50 %."),
        higher(
            found, odin, softmax, OTHER, id="odin_beats_max_softmax", source=f"{ODIN}, table 2",
            sentence="ODIN, the softmax at high temperature, tells other images from those of known classes "
                     "better than the plain softmax: AUROC, averaged over sets of other images, is higher."),
        higher(
            found, energy, softmax, OTHER, "tnr", id="energy_beats_max_softmax", source=ENERGY,
            sentence="At a threshold that accepts 95 % of the images of known classes, energy rejects more "
                     "other images, averaged over their sets, than the maximum softmax."),
    ]


def size_claims(found, networks):
    """Claims on sizes, from the same Dataset and the recipes of its networks, the smallest first; what is not
    varied has none.
    """
    def larger(what, small, large):
        least, most = (getattr(networks[name], what) for name in (small, large))
        return higher(
            found, (large, PLAIN), (small, PLAIN), OTHER, id=f"{what}_helps", source=OURS,
            sentence=f"A ResNet of {what} {most} tells other images from those of known classes better than "
                     f"one of {what} {least}: AUROC by maximum softmax, averaged over sets, is higher.")

    varied = {what: [name for name in networks if name == "baseline" or name.startswith(what)]
              for what in ("depth", "width")}
    return [larger(what, names[0], names[-1]) for what, names in varied.items() if len(names) > 1]


def exposure_claims(found, classes, least):
    """Claims on outliers, from the Dataset of networks that know the first classes.

    `classes` is of how many classes the outliers of a network are, name -> number, ascending; `least` is the
    percentage right of a network that has learnt.
    """
    (few, fewest), *_, (many, most) = classes.items()
    farther = dict.fromkeys(FAR, 1 / len(FAR)) | dict.fromkeys(NEAR, -1 / len(NEAR))

    def gain(network, other, sets, **text):
        return higher(found, (network, PLAIN), (other, PLAIN), sets, least=least, **text)

    return [
        gain(
            "exposed", "control", UNSEEN, id="exposure_helps", source=EXPOSURE,
            sentence="Outlier exposure, training on with outliers, raises AUROC on images of kinds that the "
                     "network did not see, averaged over their sets."),
        gain(
            "exposed", "control", farther, id="exposure_helps_near_sets_least",
            source=f"{EXPOSURE}, their logs",
            sentence="Outlier exposure raises AUROC less on unknown classes of the data that the network was "
                     "trained on than on other data."),
        gain(
            many, few, UNSEEN, id="more_outlier_classes_help", source=OURS,
            sentence=f"Outliers from {most} classes raise AUROC on images of kinds that the network did not "
                     f"see more than as many outliers from {fewest} of these classes."),
        higher(
            found, ("energy", "energy"), ("exposed", PLAIN), UNSEEN, "tnr", least=least,
            id="energy_bounds_beat_exposure", source=ENERGY,
            sentence="At a threshold that accepts 95 % of the images of known classes, energy bounds make a "
                     "network reject more other images (by energy) than outlier exposure does (by softmax)."),
    ]
