"""The end of this experiment: its claims, tables and figures."""

import xarray as xr

from stages.core.charts import dots, lines, side_by_side, table, write_lines
from stages.core.histories import histories
from stages.core.pages import Table, conditions, publish
from stages.core.params import read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.core.words import counted
from stages.core.words import listed as in_words
from stages.mixmatch.about import ABOUT
from stages.mixmatch.claims import claims
from stages.mixmatch.images import images
from stages.mixmatch.params import MAIN, METHODS, MixMatchExperiment
from stages.mixmatch.results import NAMES, PARTS, ablations, lost, overconfident, results, with_other_classes

PAPER = {                                                    # error in %, 250 to 4,000 labels of CIFAR-10
    "Π-model": "53.02 ± 2.05, 41.82 ± 1.52, 31.53 ± 0.98, 23.07 ± 0.66, 17.41 ± 0.37",
    "pseudo-labels": "49.98 ± 1.17, 40.55 ± 1.70, 30.91 ± 1.73, 21.96 ± 0.42, 16.21 ± 0.11",
    "MixMatch": "11.08 ± 0.87, 9.65 ± 0.94, 7.75 ± 0.32, 7.03 ± 0.15, 6.24 ± 0.06",
}


def accuracy_table(found):
    """Accuracy by method and number of labels."""
    numbers = found["mixmatch"]
    return table(
        "Test accuracy in %, by the number of labels", NAMES,
        {f"{number:,} labels": {name: of[number].right for name, of in found.items() if number in of}
         for number in numbers},
        "All by averaged weights.", of="method",
    )


def paper_table():
    """The paper's numbers, as far as they could be verified."""
    rows = [[name, *errors.split(", ")] for name, errors in PAPER.items()]
    return Table(
        "Test error in % of the paper, on CIFAR-10",
        ["method", "250 labels", "500", "1,000", "2,000", "4,000"], rows,
        "A wide ResNet of 1.5 million parameters, trained for a million steps; ours are under conditions.",
    )


def parts_table(full, changed):
    """What each part of MixMatch is worth."""
    right = {"full": full.right} | {name: one.right for name, one in changed.items()}
    return table(
        "MixMatch with one part changed, with the fewest labels", PARTS,
        {
            "test accuracy, %": right,
            "points lost": lost(full, changed),
            "seeds": {name: one.sizes["seed"] for name, one in right.items()},
        },
        "Points lost are of the same seeds and test images.", of="network",
    )


def calibration_table(found, few):
    """How sure networks are, against how often they are right."""
    one = {name: of[few] for name, of in found.items()}
    return table(
        "Calibration, with the fewest labels", NAMES,
        {
            "surer than right, points": {name: overconfident(each) for name, each in one.items()},
            "calibration error, %": {name: each.calibration_error for name, each in one.items()},
            "Brier score": {name: each.brier for name, each in one.items()},
        },
        "Surer than right: mean largest probability minus accuracy. Calibration error: 15 bins, biased. "
        "Brier score: squared error of the probabilities, summed over classes; it falls with accuracy, too.",
        digits=2, of="method",
    )


def averages_table(found):
    """Averaged weights against the last ones."""
    return table(
        "Averaged weights and the last ones of MixMatch", {number: f"{number:,}" for number in found},
        {
            "averaged, %": {number: one.right for number, one in found.items()},
            "last, %": {number: one["last"] for number, one in found.items()},
            "difference, points": {number: one.right - one["last"] for number, one in found.items()},
        }, of="labels",
    )


def by_number(found):
    """Percent right of the main methods, with the axes `network` and `labels`; `labels` are counted."""
    numbers = list(found["mixmatch"])
    parts = {name: xr.concat([found[name][number].right for number in numbers], "labels") for name in MAIN}
    return side_by_side(parts).assign_coords(labels=numbers)


def method_figures(found, few):
    """Accuracy by method and number of labels, and calibration."""
    of = {f"{number:,} labels": {name: one[number].right for name, one in found.items() if number in one}
          for number in found["mixmatch"]}
    sure = {name: overconfident(one[few]) for name, one in found.items()}
    return [
        dots(
            "mixmatch/labels", "Test accuracy of each method by the number of labels, of every class as "
            "many; all training images serve as unlabelled ones.", {"Few labels and many": of}, NAMES,
            "test accuracy, %", (10, "chance"),
            ["mixmatch_beats_supervised", "mixmatch_beats_supervised_with_many", "few_labels_gain_most",
             "mixmatch_beats_rivals", "fixmatch_beats_mixmatch", "averaging_changes_little"],
        ),
        dots(
            "mixmatch/calibration", f"How much surer networks are than right, with {few} labels: mean of the "
            "largest probability of each test image, minus accuracy.", {"Overconfidence": {"": sure}}, NAMES,
            "points surer than right", (0, "a network that is as sure as right"),
            ["mixmatch_is_less_overconfident"],
        ),
    ]


def parts_figure(full, changed, few):
    """What each part of MixMatch is worth."""
    names = {name: words for name, words in PARTS.items() if name != "full"}
    return dots(
        "mixmatch/parts", f"Test accuracy that MixMatch loses with {few} labels when one part is changed, "
        "image by image.", {"One part changed": {"": lost(full, changed)}}, names, "points lost",
        (0, "MixMatch"),
        ["mixup_matters", "mixup_of_unlabelled_matters", "mixup_of_unlabelled_matters_most",
         "sharpening_matters", "copies_matter", "teacher_changes_little"],
    )


def classes_figure(shares, classes):
    """Accuracy by the share of unlabelled images of other classes."""
    places = sorted(share for share in shares if share != "supervised")
    right = xr.concat([shares[share] for share in places], "share")
    control = shares["supervised"].expand_dims(share=len(places)).transpose(*right.dims)
    both = side_by_side({"mixmatch": right, "supervised": control})
    return lines(
        "mixmatch/classes", f"Test accuracy on {classes.known} classes with {classes.labels} labels, by how "
        "many of the unlabelled images are of the other classes; there are always as many.",
        {"Unlabelled images of other classes":
            (both.assign_coords(share=[100 * share for share in places]), "share", "of other classes, %")},
        {name: NAMES[name] for name in ("mixmatch", "supervised")}, "test accuracy, %",
        (100 / classes.known, "chance"), claims=["other_classes_help_less", "other_classes_hurt"],
    )


def shown_conditions(settings, role, seeds, few):
    """What the numbers depend on, in words."""
    recipe, shape = settings.training, settings.network
    widths = in_words(map(str, shape.widths))
    network = f"wide ResNet, groups {widths} wide, each of {counted(shape.blocks, 'block')}"
    steps = f"{recipe.epochs * recipe.steps:,} steps"
    return conditions(role, recipe, seeds, f"mixmatch/supervised/{few}", network) | {
        "training": f"{steps} of {recipe.batch_size} labelled images and as many unlabelled ones",
    }


def run():
    settings, seeds = read("mixmatch", MixMatchExperiment), listed()
    found, changed = results(settings, seeds), ablations(settings, seeds)
    shares, role = with_other_classes(settings, seeds), images(settings.data)
    few = settings.labels.main[0]
    tested, full = claims(found, changed, shares), found["mixmatch"][few]
    write_lines("plots/mixmatch/curves/labels.csv", by_number(found), "labels", MAIN)
    history = histories({f"mixmatch/{name}": [few] for name in MAIN}, seeds).assign_coords(network=list(MAIN))
    write_lines("plots/mixmatch/curves/accuracy.csv", history.test_accuracy, "epoch", MAIN)
    right = {name: float(found[name][few].right.mean()) for name in METHODS}
    publish(
        ABOUT,
        shown_conditions(settings, role, seeds, few),
        f"With {few} labels in all, MixMatch has {right['mixmatch']:.0f} % of the test images right, the "
        f"labels alone {right['supervised']:.0f} %, MixMatch without mixup "
        f"{float(changed['no_mixup'].right.mean()):.0f} %.",
        tested,
        [accuracy_table(found), parts_table(full, changed), calibration_table(found, few),
         averages_table(found["mixmatch"]), paper_table()],
        [*method_figures(found, few), parts_figure(full, changed, few),
         classes_figure(shares, settings.classes)],
        **{f"{name}_test_accuracy": value for name, value in right.items()},
    )


if __name__ == "__main__":
    main(run)
