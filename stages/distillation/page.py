"""The end of this experiment: its claims, the papers' numbers beside ours, figures."""

from stages.core.charts import dots, lines, side_by_side, write_lines, write_losses
from stages.core.data import load_role
from stages.core.measurements import recorded
from stages.core.pages import accuracies, machine, means, publish
from stages.core.params import read
from stages.core.seeds import listed
from stages.core.stage import main
from stages.distillation.about import ABOUT
from stages.distillation.claims import digit_claims, object_claims, temperature_claims
from stages.distillation.params import Digits, Objects
from stages.distillation.results import SOURCES, STUDENTS, TEACHERS, results, sources, students
from stages.distillation.tables import digit_tables, objects_table, omitted_table

CHANCE = 90, "chance"                                        # percent of errors; ten classes
KINDS = {"distilled": "distilled", "labels": "labels only", "teacher": "teacher"}
OMITTED = {
    "distilled": "distilled, all digits", "distilled_on_digit": "distilled, the omitted digit",
    "labels": "labels only, all digits", "labels_on_digit": "labels only, the omitted digit",
}
TAUGHT = {name: words for name, words in STUDENTS.items() if name != "student"}


def by_temperature(labels, soft, teacher):
    """Errors in percent along the axis `temperature`, by KINDS; what has none is the same at each."""
    level = [part.expand_dims(temperature=soft.temperature) for part in (labels.right, teacher)]
    return 100 - side_by_side(dict(zip(KINDS, [soft.right, *level], strict=True)))


def by_bias(missed):
    """Errors in percent along the axis `bias`, by OMITTED."""
    parts = [
        values.sel(network=kind, drop=True) for kind in ("soft", "labels")
        for values in (missed.errors, missed.digit_errors)
    ]
    return side_by_side(dict(zip(OMITTED, parts, strict=True)))


def digit_figures(digits, found, errors_by_size, errors_by_bias):
    """What soft labels are worth, errors by temperature and by the omitted digit's bias."""
    digit = digits.omitted.digit

    def worth(values):
        return {"": values.sel(network="soft") - values.drop_sel(network="soft")}

    return [
        dots(
            "distillation/soft_labels",
            "What a student of digits gains by the teacher's soft labels over the same student with other "
            "labels: in test accuracy, and in log-likelihood of the true labels.",
            {"Test accuracy, points": worth(found.right),
             "Log-likelihood, hundredths of a nat": worth(100 * found.log_likelihood)},
            {name: f"over {words}" for name, words in SOURCES.items() if name != "soft"},
            "gain by the teacher's soft labels", (0, "no difference"),
            ["distilled_beats_labels", "true_beats_shuffled", "true_beats_smoothed"], shared=False,
        ),
        lines(
            "distillation/temperature",
            "Test errors on digits of students of two sizes, by the temperature at which they learn from "
            "soft labels. Labels and the teacher have none: their errors are the same at each. Chance is "
            "90 %.",
            {f"2 × {getattr(digits.sizes, size)} units": (errors, "temperature", "temperature")
             for size, errors in errors_by_size.items()},
            KINDS, "test errors, %",
            claims=["small_prefers_middling_to_low", "small_prefers_middling_to_high"],
        ),
        lines(
            "distillation/omitted",
            f"Test errors of students that saw no {digit} in training, when a bias is added to their output "
            "for it: on all digits and on the omitted one.",
            {f"No {digit} in training": (errors_by_bias, "bias", f"bias added to the output for {digit}")},
            OMITTED, "test errors, %", CHANCE, (0, 100),
            ["omitted_digit_recovered", "omitted_digit_is_in_soft_labels"],
        ),
    ]


def objects_figure(right):
    """What teachers add that are no better than their student."""
    return dots(
        "distillation/objects",
        "Gain in test accuracy on objects over the same network trained on labels only: by teachers that are "
        "weaker, poorly trained, a copy, made by hand (virtual), or the network itself, and by smoothed "
        "labels.",
        {"Gain over labels only": {"": right - right.sel(network="student")}}, TAUGHT,
        "points of test accuracy", (0, "the student trained on labels only"),
        ["weaker_teacher_helps", "poor_teacher_helps", "own_copy_helps", "virtual_teacher_helps",
         "virtual_beats_smoothing", "own_teacher_helps"],
    )


def conditions(digits, objects, seeds):
    """What the numbers depend on, in words."""
    roles = load_role("digits"), load_role("objects")
    shape, recipe = objects.networks.student, objects.training
    return {
        "data": "; ".join(role.source for role in roles),
        "images": "; ".join(f"{len(r.train):,} for training, {len(r.test):,} for testing" for r in roles),
        "student on objects": f"{shape.block} blocks {shape.blocks}, width {shape.width}",
        "training on objects": f"{recipe.epochs} epochs of batches of {recipe.batch_size}",
        "training on digits": f"teacher {digits.teacher.epochs} epochs, students {digits.student.epochs}",
        "seeds": f"{', '.join(map(str, seeds))}; of networks on objects the first {objects.seeds}",
    } | machine(recorded(f"data/training/distillation/student/{seeds[0]}.safetensors").attrs)


def answer(digit, right, missed, on_objects):
    """The experiment in three sentences, made of its numbers."""
    wrong = means(100 - right)
    of_digit = missed.digit_right.sel(network="soft").mean(["seed", "digit_image"])
    gains = means((on_objects - on_objects.sel(network="student")).sel(network=list(TAUGHT)))
    best = max(gains, key=gains.get)
    return (
        f"The student errs on {wrong['labels']:.1f} % of the test digits after labels and on "
        f"{wrong['soft']:.1f} % after the teacher's soft labels. Trained without any {digit} it recognises "
        f"{float(of_digit.sel(chosen_on='none')):.0f} % of the test images of {digit}, and "
        f"{float(of_digit.sel(chosen_on='held_out')):.0f} % with its bias corrected. On objects the best of "
        f"the others differs from labels only by {gains[best]:+.1f} points ({STUDENTS[best]})."
    )


def run():
    digits, objects = read("distillation.digits", Digits), read("distillation.objects", Objects)
    seeds, few = listed(), listed(objects.seeds)
    found = sources(digits.temperature, seeds)
    by_size = {size: students(size, seeds) for size in ("large", "small")}
    teacher = results("teacher", seed=seeds).right
    missed = results("omitted/{network}", network=["soft", "labels"], seed=seeds)
    on_objects = results("objects/{network}", network=[*TEACHERS, *STUDENTS], seed=few)
    errors = {size: by_temperature(*both, teacher) for size, both in by_size.items()}
    write_lines("plots/distillation/curves/temperature_small.csv", errors["small"], "temperature", KINDS)
    write_lines("plots/distillation/curves/omitted.csv", by_bias(missed), "bias", OMITTED)
    write_losses("distillation", {"distillation": STUDENTS}, few)
    digit = digits.omitted.digit
    publish(
        ABOUT, conditions(digits, objects, seeds), answer(digit, found.right, missed, on_objects.right),
        [*digit_claims(found, missed, digit), *temperature_claims(by_size["small"][1].right),
         *object_claims(on_objects.right)],
        [*digit_tables(digits, found, teacher, by_size), omitted_table(digit, missed),
         objects_table(on_objects, objects.poor, seeds[0])],
        [*digit_figures(digits, found, errors, by_bias(missed)), objects_figure(on_objects.right)],
        **accuracies(found.right), **accuracies(on_objects.right),
    )


if __name__ == "__main__":
    main(run)
