"""What four papers say of out-of-distribution detection, tested on the scores just computed.

A metric is a mean over sets; influence.py says what each image contributes to it, so that differences are
paired by image. AUROC and TNR at 95 % TPR are in points, positive where the paper is right.
"""

from stages.core.claims import metrics, positive, summary
from stages.core.files import write_json
from stages.core.params import Seeds, Training, read
from stages.core.stage import main
from stages.ood.influence import tnr_parts
from stages.ood.page import write
from stages.ood.params import Ood
from stages.ood.results import FAR, NEAR, SETS, UNSEEN, equally, scores, values

LIANG = "Liang et al. 2018, table 2"
LIU = "Liu et al. 2020"
HENDRYCKS = "Hendrycks et al. 2019"


def points(difference, **text):
    return positive(difference, "images", unit="points", **text)


def score_claims(capacity):
    """Claims on scores and sizes, from the scores of networks that know all classes."""
    baseline, average = capacity["baseline"], equally(list(SETS))

    def area(network, score="max_softmax"):
        return values(capacity[network], score, average)

    return [
        points(
            area("baseline", "odin") - area("baseline"), id="odin_beats_max_softmax", source=LIANG,
            sentence="ODIN's temperature raises AUROC over the maximum softmax, on average over the sets.",
        ),
        points(
            values(baseline, "energy", average, tnr_parts)
            - values(baseline, "max_softmax", average, tnr_parts),
            id="energy_beats_max_softmax", source=LIU,
            sentence="Energy rejects more than the maximum softmax at 95 % TPR, on average over the sets.",
        ),
        points(
            area("deep") - area("shallow"), id="depth_helps", source="our question",
            sentence="The deepest network has a higher AUROC than the shallowest (maximum softmax).",
        ),
        points(
            area("wide") - area("narrow"), id="width_helps", source="our question",
            sentence="The widest network has a higher AUROC than the narrowest (maximum softmax).",
        ),
    ]


def exposure_claims(exposure, few, many):
    """Claims on outliers, from the scores of networks that know the first classes.

    `few` and `many` are the smallest and the largest number of classes that outliers came from.
    """

    def area(network, weights):
        return values(exposure[network], "max_softmax", weights)

    def gain(weights):
        return area("exposed", weights) - area("control", weights)

    average, far = equally(UNSEEN), equally(FAR)
    farther = far | {name: -weight for name, weight in equally(list(NEAR)).items()}

    def rejected(network, score):
        return values(exposure[network], score, average, tnr_parts)

    return [
        points(
            gain(average), id="exposure_helps", source=HENDRYCKS,
            sentence="Outlier exposure raises AUROC on sets that it did not see, on average.",
        ),
        points(
            gain(farther), id="exposure_helps_near_sets_least", source=f"{HENDRYCKS}, their logs",
            sentence="It raises AUROC less on the other classes of the same data than on other data.",
        ),
        points(
            area(f"diversity_{many}", average) - area(f"diversity_{few}", average),
            id="more_outlier_classes_help", source="our question",
            sentence=f"As many outliers of {many} classes raise AUROC more than of {few}.",
        ),
        points(
            rejected("energy", "energy") - rejected("exposed", "max_softmax"),
            id="energy_bounds_beat_exposure", source=LIU,
            sentence="Energy bounds reject more at 95 % TPR than outlier exposure, each with its own score.",
        ),
    ]


def run():
    ood, seeds = read("ood", Ood), read("seeds", Seeds)
    classes = ood.diversity.classes
    claims = [
        *score_claims(scores("capacity", seeds)),
        *exposure_claims(scores("exposure", seeds), classes[0], classes[-1]),
    ]
    write_json("metrics/ood.json", metrics(claims))
    write(ood, read("training", Training), seeds, claims)
    print(*(summary(claim.row()) for claim in claims), sep="\n")


if __name__ == "__main__":
    main(run)
