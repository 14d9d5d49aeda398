"""What three papers say of distillation, tested on the networks just trained.

What the papers count, errors, is compared as such, image by image. How good soft labels are is compared by
the log-likelihood of the true label: on digits a student errs on a few images of a hundred, of which too few
change; true, shuffled and smoothed soft labels are equally confident, so that it is no matter of confidence.
This was fixed before the outcome was looked at.
"""

from stages.core.claims import OURS, claim, metrics, summary
from stages.core.files import write_json
from stages.core.params import read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.distillation.page import write
from stages.distillation.params import MIDDLING, Digits, Objects
from stages.distillation.results import STUDENTS, TEACHERS, objects, omitted, sources, students

HINTON = "Hinton et al. 2015, section 3"
KNOWLEDGE = "Hinton et al. 2015, section 1"
YUAN = "Yuan et al. 2020"
ZHANG = "Zhang et al. 2019"
MOST = 50                                                    # percent of the omitted digit


def digit_claims(found, missed, digit):
    """Claims from the Datasets of the large students by source and of those that never saw `digit`."""
    right, likely = found.right, found.log_likelihood
    held_out = missed.digit_right.sel(chosen_on="held_out").rename(digit_image="image")
    without = missed.right.sel(chosen_on="held_out")

    def better(values, network, other, **text):
        return claim(difference=values.sel(network=network) - values.sel(network=other),
                     given=right.sel(network=[network, other]), **text)

    return [
        better(
            right, "soft", "labels", id="distilled_beats_labels", source=HINTON,
            sentence="A student that learns from a teacher's soft labels errs less than the same on labels.",
        ),
        claim(
            difference=held_out.sel(network="soft") - MOST, given=without.sel(network="soft"),
            id="omitted_digit_recovered", source=HINTON,
            sentence=f"A student of soft labels that never saw the digit {digit} knows most of them once its "
                     "bias is corrected.",
        ),
        claim(
            difference=held_out.sel(network="soft") - held_out.sel(network="labels"), given=without,
            id="omitted_digit_is_in_soft_labels", source=OURS,
            sentence=f"Of the digit {digit} that it never saw, a student of soft labels knows more than one "
                     "of labels, both with corrected bias.",
        ),
        better(
            likely, "soft", "shuffled", id="true_beats_shuffled", source=KNOWLEDGE, unit="nats",
            sentence="A student of the teacher's soft labels gives true labels more probability than one of "
                     "the same soft labels with wrong classes shuffled.",
        ),
        better(
            likely, "soft", "smoothed", id="true_beats_smoothed", source=KNOWLEDGE, unit="nats",
            sentence="A student of the teacher's soft labels gives true labels more probability than one of "
                     "labels that are only smoothed, as strongly.",
        ),
    ]


def temperature_claims(soft):
    """Claims from percent right of the small students at each temperature."""
    low, high = MIDDLING
    t = soft.temperature
    middling = soft.sel(temperature=t[(t >= low) & (t <= high)]).mean("temperature")

    def better(than, words, **text):
        other = soft.sel(temperature=t[than]).mean("temperature")
        return claim(
            difference=middling - other, given=[middling, other], source=HINTON,
            sentence=f"A small student errs less at temperatures from {low:g} to {high:g} than at {words} "
                     "ones.",
            **text,
        )

    return [
        better(t < low, "lower", id="small_prefers_middling_to_low"),
        better(t > high, "higher", id="small_prefers_middling_to_high"),
    ]


def object_claims(right):
    """Claims on `objects` from percent right of each network."""

    def better(network, other="student", **text):
        return claim(difference=right.sel(network=network) - right.sel(network=other),
                     given=right.sel(network=[network, other]), **text)

    return [
        better(
            "taught_by_weaker", id="weaker_teacher_helps", source=f"{YUAN}, table 2",
            sentence="A network learns better from a weaker teacher's soft labels than from labels alone.",
        ),
        better(
            "taught_by_poor", id="poor_teacher_helps", source=f"{YUAN}, section 2.2",
            sentence="A network learns better from a poorly trained teacher than from labels alone.",
        ),
        better(
            "taught_by_student", id="own_copy_helps", source=f"{YUAN}, section 4.1",
            sentence="A network learns better from its own trained copy than from labels alone (Tf-KD self).",
        ),
        better(
            "virtual", id="virtual_teacher_helps", source=f"{YUAN}, section 4.2",
            sentence="A network learns better from a teacher made by hand than from labels (Tf-KD reg).",
        ),
        better(
            "virtual", "smoothing", id="virtual_beats_smoothing", source=f"{YUAN}, section 4.2",
            sentence="A teacher made by hand helps a network more than label smoothing.",
        ),
        better(
            "own_teacher", id="own_teacher_helps", source=ZHANG,
            sentence="A network ends better when its deepest classifier teaches its shallow ones.",
        ),
    ]


def run():
    digits, seeds = read("distillation.digits", Digits), listed()
    settings = read("distillation.objects", Objects)
    found, missed = sources(digits.temperature, seeds), omitted(seeds)
    on_objects = objects([*TEACHERS, *STUDENTS], listed(settings.seeds))
    claims = [
        *digit_claims(found, missed, digits.omitted.digit),
        *temperature_claims(students("small", seeds)[1].right),
        *object_claims(on_objects.right),
    ]
    right = {f"{name}_test_accuracy": found.right.sel(network=name).mean() for name in found.network.values}
    right |= {
        f"{name}_test_accuracy": on_objects.right.sel(network=name).mean()
        for name in on_objects.network.values
    }
    write_json("metrics/distillation.json", metrics(claims, **right))
    write(digits, settings, seeds, claims, found, missed, on_objects)
    print(*(summary(one.row()) for one in claims), sep="\n")


if __name__ == "__main__":
    main(run)
