"""What unlabelled images do for a network with few labels, tested on the networks just trained.

The papers' statements are about CIFAR-10 with 250 to 4,000 labels. "Few" are the fewest labels of this run,
"many" the most. All networks are judged by their averaged weights, as in the paper, but where the last ones
are named. The best rival is chosen on one half of the test images and compared on the other, both ways; so is
the costliest other change. Calibration is how much surer a network is than right: unlike a binned error, it
has no bias, and a network that is less sure than right counts as the better one. Claims and measures were
fixed before any outcome of the default run; network, steps, rate and weight of the loss were chosen on two
seeds of the first claim's networks. After a first run, in which most claims on rivals and parts were
inconclusive, rivals and the three changes that cost most got five seeds in place of three.
"""

import xarray as xr

from stages.core.charts import side_by_side
from stages.core.claims import OURS, best_elsewhere, claim, within
from stages.mixmatch.about import MIXMATCH, OLIVER
from stages.mixmatch.results import overconfident

LITTLE = 2.0                     # points
RIVALS = "pseudo_label", "pi_model", "mixup"                 # what the paper compares with and we have
OTHERS = "one_copy", "no_sharpening", "teacher"              # changes that leave mixup as it is


def over_best(mine, others, sign=1):
    """What `mine` has more of than the best of the others, a dict; with -1, less of than the worst."""
    mine, *aligned = xr.align(mine, *others.values(), join="inner")          # seeds that all have
    return sign * mine - best_elsewhere(sign * side_by_side(dict(zip(others, aligned, strict=True))), others)


def claims(found, changed, shares):
    """The claims, from measurements as in results.py."""
    few, many = min(found["mixmatch"]), max(found["mixmatch"])
    learnt = found["supervised"][many].right

    def made(difference, source=MIXMATCH, make=claim, **text):
        return make(difference=difference, source=source, given=learnt, **text)

    return [*of_methods(found, few, many, made), *of_parts(found["mixmatch"], changed, few, made),
            *beyond(found, shares, few, made)]


def of_methods(found, few, many, made):
    """Claims about MixMatch against other methods; `made` makes them."""
    gain = {number: found["mixmatch"][number].right - found["supervised"][number].right
            for number in found["mixmatch"]}
    return [
        made(gain[few], id="mixmatch_beats_supervised",
             sentence="With few labels, MixMatch classifies more test images correctly than a network that "
                      "learns from the labels alone."),
        made(gain[many], id="mixmatch_beats_supervised_with_many",
             sentence="With many labels, MixMatch classifies more test images correctly than a network that "
                      "learns from the labels alone."),
        made(gain[few] - gain[many], id="few_labels_gain_most",
             sentence="What MixMatch gains over the labels alone is more with few labels than with many."),
        made(over_best(found["mixmatch"][few].right, {name: found[name][few].right for name in RIVALS}),
             id="mixmatch_beats_rivals",
             sentence="With few labels, MixMatch classifies more test images correctly than the best of "
                      "pseudo-labels, Π-model and mixup."),
    ]


def of_parts(mixmatch, changed, few, made):
    """Claims about what MixMatch is made of."""
    full, right = mixmatch[few], {name: one.right for name, one in changed.items()}
    averaged = sum(one.right - one["last"] for one in mixmatch.values()) / len(mixmatch)
    return [
        made(full.right - right["no_mixup"], id="mixup_matters",
             sentence="With few labels, MixMatch without mixup classifies fewer test images correctly."),
        made(full.right - right["mixup_labelled"], id="mixup_of_unlabelled_matters",
             sentence="With few labels, MixMatch that mixes labelled images only classifies fewer test "
                      "images correctly."),
        made(over_best(right["mixup_labelled"], {name: right[name] for name in OTHERS}, -1),
             id="mixup_of_unlabelled_matters_most",
             sentence="With few labels, it costs MixMatch more to leave unlabelled images unmixed than to "
                      "take one copy, not to sharpen, or to guess by averaged weights."),
        made(full.right - right["no_sharpening"], id="sharpening_matters",
             sentence="With few labels, MixMatch without sharpening classifies fewer test images "
                      "correctly."),
        made(full.right - right["one_copy"], id="copies_matter",
             sentence="With few labels, MixMatch that guesses from one copy of an image instead of two "
                      "classifies fewer test images correctly."),
        made(right["teacher"] - full.right, make=within, bound=LITTLE, id="teacher_changes_little",
             sentence="With few labels, it is within two points whether MixMatch guesses by its weights or "
                      "by their moving average."),
        made(averaged, OURS, make=within, bound=LITTLE, id="averaging_changes_little",
             sentence="The moving average of MixMatch's weights is within two points of its last weights, "
                      "all numbers of labels together."),
    ]


def beyond(found, shares, few, made):
    """Claims about calibration, other classes and FixMatch."""
    supervised, mixmatch = found["supervised"][few], found["mixmatch"][few]
    return [
        made(overconfident(supervised) - overconfident(mixmatch), OURS, id="mixmatch_is_less_overconfident",
             sentence="With few labels, MixMatch is less overconfident than a network that learns from the "
                      "labels alone: surer than right by fewer points."),
        made(shares[0.0] - shares[1.0], OLIVER, id="other_classes_help_less",
             sentence="MixMatch classifies fewer test images correctly if no unlabelled image is of the "
                      "classes that it learns than if all are."),
        made(shares["supervised"] - shares[1.0], OLIVER, id="other_classes_hurt",
             sentence="MixMatch with unlabelled images of other classes only classifies fewer test images "
                      "correctly than a network that learns from the labels alone."),
        made(found["fixmatch"][few].right - mixmatch.right, OURS, id="fixmatch_beats_mixmatch",
             sentence="With few labels, FixMatch, with shifts and cutout as its strong augmentation, "
                      "classifies more test images correctly than MixMatch."),
    ]
