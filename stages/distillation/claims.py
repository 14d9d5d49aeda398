"""What three papers say of distillation, tested on the networks just trained.

What the papers count, errors, is compared as such, image by image. How good soft labels are is compared by
the log-likelihood of the true label: on digits a student errs on a few images of a hundred, of which too few
change. Shuffled soft labels are as confident as true ones, image by image; smoothed ones only in the mean and
at temperature T, so that likelihood, at temperature 1, is a matter of confidence there, too. At first errors
were compared here as well; they are in the table beside.
"""

from stages.core.claims import OURS, claim, more
from stages.distillation.about import HINTON, YUAN, ZHANG
from stages.distillation.params import MIDDLING

MOST = 50                                                    # percent of the omitted digit


def digit_claims(found, missed, digit):
    """Claims from the Datasets of the large students by source and of those that never saw `digit`."""
    right, likely = found.right, found.log_likelihood
    held_out = missed.digit_right.sel(chosen_on="held_out").rename(digit_image="image")
    without = missed.right.sel(chosen_on="held_out")
    return [
        more(right, "soft", "labels", right, id="distilled_beats_labels", source=f"{HINTON}, section 3",
             sentence="A student that learns from a teacher's soft labels errs on fewer digits than the same "
                      "student trained on labels only."),
        claim(difference=held_out.sel(network="soft") - MOST, given=without.sel(network="soft"),
              id="omitted_digit_recovered", source=f"{HINTON}, section 3",
              sentence=f"A student of soft labels that never saw the digit {digit} recognises most of its "
                       "test images once its bias for that digit is corrected."),
        more(held_out, "soft", "labels", without, id="omitted_digit_is_in_soft_labels", source=OURS,
             sentence=f"A student of soft labels that never saw the digit {digit} recognises more of its "
                      "test images than a student of labels that never saw it, both with corrected bias."),
        more(likely, "soft", "shuffled", right, unit="nats", id="true_beats_shuffled",
             source=f"{HINTON}, section 1",
             sentence="A student of the teacher's soft labels gives true labels more probability than one of "
                      "the same soft labels with wrong classes shuffled."),
        more(likely, "soft", "smoothed", right, unit="nats", id="true_beats_smoothed",
             source=f"{HINTON}, section 1",
             sentence="A student of the teacher's soft labels gives true labels more probability than one of "
                      "labels that are only smoothed, to the same entropy."),
    ]


def temperature_claims(soft):
    """Claims from percent right of the small students at each temperature."""
    low, high = MIDDLING
    t = soft.temperature
    middling = soft.sel(temperature=t[(t >= low) & (t <= high)]).mean("temperature")

    def better(than, words, **text):
        other = soft.sel(temperature=t[than]).mean("temperature")
        return claim(difference=middling - other, given=[middling, other], source=f"{HINTON}, section 3",
                     sentence=f"A small student of soft labels errs on fewer digits at temperatures from "
                              f"{low:g} to {high:g} than at {words} ones.", **text)

    return [
        better(t < low, "lower", id="small_prefers_middling_to_low"),
        better(t > high, "higher", id="small_prefers_middling_to_high"),
    ]


def object_claims(right):
    """Claims on `objects` from percent right of each network."""
    def better(network, words, other="student", than="the same network trained on labels only", **text):
        return more(right, network, other, right,
                    sentence=f"A network {words} classifies more test images correctly than {than}.", **text)

    return [
        better("taught_by_weaker", "taught by a weaker network's soft labels",
               id="weaker_teacher_helps", source=f"{YUAN}, table 2"),
        better("taught_by_poor", "taught by a poorly trained network's soft labels",
               id="poor_teacher_helps", source=f"{YUAN}, section 2.2"),
        better("taught_by_student", "taught by its own trained copy (Tf-KD self)",
               id="own_copy_helps", source=f"{YUAN}, section 4.1"),
        better("virtual", "taught by a virtual teacher, made by hand (Tf-KD reg),",
               id="virtual_teacher_helps", source=f"{YUAN}, section 4.2"),
        better("virtual", "taught by a virtual teacher, made by hand,", "smoothing",
               "the same network trained with label smoothing",
               id="virtual_beats_smoothing", source=f"{YUAN}, section 4.2"),
        better("own_teacher", "whose deepest classifier teaches its shallow ones",
               id="own_teacher_helps", source=ZHANG),
    ]
