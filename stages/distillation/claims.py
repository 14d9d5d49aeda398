"""What three papers say of distillation, tested on the networks just trained.

Differences are paired: by seed and test image on `digits`, by test image (or by seed, from three on) on
`objects`. All are in points of test accuracy, positive where the paper is right.
"""

from stages.core.claims import metrics, positive, summary
from stages.core.files import write_json
from stages.core.params import Seeds, read
from stages.core.stage import main
from stages.distillation.page import write
from stages.distillation.params import MIDDLING, Digits, Objects
from stages.distillation.results import (
    digit_labels,
    objects_right,
    omitted_right,
    sources_right,
    students_right,
)

HINTON = "Hinton et al. 2015, section 3"
KNOWLEDGE = "Hinton et al. 2015, section 1"
YUAN = "Yuan et al. 2020"
ZHANG = "Zhang et al. 2019"
MOST = 50                                                    # percent of the omitted digit


def points(difference, units="test images", **text):
    return positive(difference, units, unit="points", **text)


def digit_claims(right, small, omitted, temperatures, digit):
    """Claims on `digits` from percent right: `right` by source (s, n), `small` students by temperature
    (s, t, n), `omitted` by source on the digit, the bias chosen on held-out images, (s, n of the digit).
    """
    low, high = MIDDLING
    best = small[:, [low <= t <= high for t in temperatures]].mean(1)
    lower = small[:, [t < low for t in temperatures]].mean(1)
    higher = small[:, [t > high for t in temperatures]].mean(1)
    middling = f"temperatures from {low:g} to {high:g}"
    return [
        points(
            right["soft"] - right["labels"], id="distilled_beats_labels", source=HINTON,
            sentence="A distilled student makes fewer errors than the same student on labels.",
        ),
        points(
            omitted["soft"] - MOST, f"test images of the digit {digit}",
            id="omitted_digit_recovered", source=HINTON,
            sentence=f"With its bias corrected, a student recovers most of the digit {digit} it never saw.",
        ),
        points(
            omitted["soft"] - omitted["labels"], f"test images of the digit {digit}",
            id="omitted_digit_is_in_soft_labels", source="our question",
            sentence="It recovers more of it than a student on labels does, whose bias is corrected, too.",
        ),
        points(
            best - lower, id="small_prefers_middling_to_low", source=HINTON,
            sentence=f"At {middling} the small student makes fewer errors than at lower ones.",
        ),
        points(
            best - higher, id="small_prefers_middling_to_high", source=HINTON,
            sentence=f"At {middling} the small student makes fewer errors than at higher ones.",
        ),
        points(
            right["soft"] - right["shuffled"], id="true_beats_shuffled", source=KNOWLEDGE,
            sentence="True soft labels teach better than shuffled ones, as confident image by image.",
        ),
        points(
            right["soft"] - right["smoothed"], id="true_beats_smoothed", source=KNOWLEDGE,
            sentence="True soft labels teach better than smoothed labels of the same mean entropy.",
        ),
    ]


def object_claims(right):
    """Claims on `objects` from percent right of each network, (s, n)."""

    def better(network, other="student", **text):
        return points(right[network] - right[other], **text)

    return [
        better(
            "taught_by_weaker", id="weaker_teacher_helps", source=f"{YUAN}, table 2",
            sentence="A weaker teacher helps a stronger student.",
        ),
        better(
            "taught_by_poor", id="poor_teacher_helps", source=f"{YUAN}, section 2.2",
            sentence="A poorly trained teacher helps its student.",
        ),
        better(
            "taught_by_student", id="own_copy_helps", source=f"{YUAN}, section 4.1",
            sentence="A network learns from its own trained copy (Tf-KD self).",
        ),
        better(
            "virtual", id="virtual_teacher_helps", source=f"{YUAN}, section 4.2",
            sentence="A network learns from a teacher made by hand (Tf-KD reg).",
        ),
        better(
            "virtual", "smoothing", id="virtual_beats_smoothing", source=f"{YUAN}, section 4.2",
            sentence="The teacher made by hand helps more than label smoothing.",
        ),
        better(
            "own_teacher", id="own_teacher_helps", source=ZHANG,
            sentence="A network ends better when its deepest classifier teaches shallow ones.",
        ),
    ]


def run():
    digits, objects = read("distillation.digits", Digits), read("distillation.objects", Objects)
    seeds, y = read("seeds", Seeds), digit_labels()
    right = sources_right(y, digits.temperatures.index(digits.temperature))
    small, digit = students_right("small", y)["soft"], digits.omitted.digit
    on_objects = objects_right(seeds)
    claims = [
        *digit_claims(right, small, omitted_right(y, digit), digits.temperatures, digit),
        *object_claims(on_objects),
    ]
    write_json("metrics/distillation.json", metrics(claims))
    write(digits, objects, seeds, claims, right, on_objects)
    print(*(summary(claim.row()) for claim in claims), sep="\n")


if __name__ == "__main__":
    main(run)
