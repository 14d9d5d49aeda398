"""What four papers say of out-of-distribution detection, tested on the scores just computed.

Compared are scores of whole sets, averaged over the sets: AUROC, which varies less from run to run than a
rate at one threshold, and TNR at 95 % TPR where Liu et al. claim it (they find no gain of AUROC on every
set). Both networks, or both scores, of a difference meet the same images. This was fixed before the outcome
was looked at.
"""

from stages.core.claims import OURS, claim, metrics, summary
from stages.core.files import write_json
from stages.core.params import Training, read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.core.words import counted
from stages.ood.influence import tnr_parts
from stages.ood.page import write
from stages.ood.params import Ood, classes_of
from stages.ood.results import FAR, NEAR, PLAIN, SETS, UNSEEN, ends, equally, minus, results, sizes, terms

HENDRYCKS, LIANG = "Hendrycks & Gimpel 2017", "Liang et al. 2018, table 2"
EXPOSURE, LIU = "Hendrycks et al. 2019", "Liu et al. 2020"
CHANCE = 50.0                                                # AUROC in percent


def score_claims(found):
    """Claims on scores, from the Dataset of networks that know all classes."""
    average = equally(SETS)
    given = found.right.sel(network="baseline")

    def area(score):
        return terms(found, "baseline", score, average)

    def rejected(score):
        return terms(found, "baseline", score, average, tnr_parts)

    plain = area(PLAIN)
    return [
        claim(
            difference=[plain[0] - CHANCE, *plain[1:]], given=given, id="max_softmax_beats_chance",
            source=HENDRYCKS,
            sentence="The largest softmax probability tells other images from those of known classes: AUROC "
                     "is above 50 %, on average over the sets of other images.",
        ),
        claim(
            difference=minus(area("odin"), plain), given=given, id="odin_beats_max_softmax",
            source=LIANG,
            sentence="ODIN's temperature raises AUROC over the maximum softmax, on average over the sets of "
                     "other images.",
        ),
        claim(
            difference=minus(rejected("energy"), rejected(PLAIN)), given=given, id="energy_beats_max_softmax",
            source=LIU,
            sentence="Energy rejects more other images than the maximum softmax at 95 % TPR, on average "
                     "over the sets of those.",
        ),
    ]


def size_claims(found, networks):
    """Claims on sizes, from the same Dataset and the recipes of its networks; what is not varied has none."""

    def larger(what):
        small, large = ends(networks, what)
        pair = (terms(found, name, PLAIN, equally(SETS)) for name in (large, small))
        most, least = (getattr(networks[name], what) for name in (large, small))
        return claim(
            difference=minus(*pair), given=found.right.sel(network=[large, small]), id=f"{what}_helps",
            source=OURS,
            sentence=f"A ResNet of {what} {most} detects other images by maximum softmax with a higher AUROC "
                     f"than one of {what} {least}.",
        )

    varied = {name.partition("_")[0] for name in networks}
    return [larger(what) for what in ("depth", "width") if what in varied]


def exposure_claims(found, classes, least):
    """Claims on outliers, from the Dataset of networks that know the first classes.

    `classes` is of how many classes the outliers of a network are, name -> number, ascending; `least` is the
    percentage right of a network that has learnt.
    """
    (few, fewest), *_, (many, most) = classes.items()
    average, far = equally(UNSEEN), equally(FAR)
    farther = far | {name: -weight for name, weight in equally(NEAR).items()}

    def gain(network, other, weights, **text):
        pair = (terms(found, name, PLAIN, weights) for name in (network, other))
        given = found.right.sel(network=[network, other])
        return claim(difference=minus(*pair), given=given, least=least, **text)

    def rejected(network, score):
        return terms(found, network, score, average, tnr_parts)

    return [
        gain(
            "exposed", "control", average, id="exposure_helps", source=EXPOSURE,
            sentence="Outlier exposure raises AUROC on sets of images that it did not see, on average.",
        ),
        gain(
            "exposed", "control", farther, id="exposure_helps_near_sets_least",
            source=f"{EXPOSURE}, their logs",
            sentence="Outlier exposure raises AUROC less on other classes of the same data than on other "
                     "data.",
        ),
        gain(
            many, few, average, id="more_outlier_classes_help", source=OURS,
            sentence=f"Exposure to outliers of {counted(most, 'kind')} raises AUROC more than exposure to as "
                     f"many outliers of {counted(fewest, 'kind')}.",
        ),
        claim(
            difference=minus(rejected("energy", "energy"), rejected("exposed", PLAIN)), least=least,
            given=found.right.sel(network=["energy", "exposed"]), id="energy_bounds_beat_exposure",
            source=LIU,
            sentence="Networks trained with energy bounds reject more other images at 95 % TPR than "
                     "networks trained by outlier exposure, each with its own score.",
        ),
    ]


def run():
    ood, recipe, seeds = read("ood", Ood), read("training", Training), listed()
    networks = sizes(recipe, ood.capacities)
    capacity = results("capacity", networks, seeds)
    exposure = results("exposure", ["known", *ood.exposed, "energy"], seeds)
    claims = [
        *score_claims(capacity), *size_claims(capacity, networks),
        *exposure_claims(exposure, classes_of(ood.exposed), least=2 * 100 / ood.known.classes),
    ]
    right = {
        f"{name}_test_accuracy": found.right.sel(network=name).mean()
        for found in (capacity, exposure) for name in found.network.values
    }
    write_json("metrics/ood.json", metrics(claims, **right))
    write(ood, recipe, seeds, claims, capacity, exposure)
    print(*(summary(one.row()) for one in claims), sep="\n")


if __name__ == "__main__":
    main(run)
