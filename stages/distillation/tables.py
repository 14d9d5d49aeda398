"""The papers' numbers beside ours.

Numbers of Hinton et al. 2015 are errors among the 10,000 test images of MNIST. Those of Yuan et al. 2020 are
test accuracies on CIFAR-10 (table 2) or CIFAR-100, those of Zhang et al. 2019 on CIFAR-100.
"""

from stages.core.charts import table
from stages.core.measurements import recorded
from stages.core.words import counted
from stages.distillation.results import SOURCES, STUDENTS, TEACHERS

PAPER_ERRORS = {"teacher": "67", "labels": "146", "soft": "74"}
PAPER_OMITTED = {"none": "206, of them 133 on 3", "test": "109, of them 14 on 3 (b = 3.5)"}
PAPER_OBJECTS = {
    "student": "ResNet-18: 95.12",
    "weaker": "MobileNetV2: 90.98",
    "taught_by_weaker": "ResNet-18: 95.71 ± 0.11",
    "poor": "ResNet-50 stopped early: 45.82 (CIFAR-100)",
    "taught_by_poor": "ResNet-18: 75.87 → 77.23 (CIFAR-100)",
    "taught_by_student": "ResNet-18: 75.87 → 77.10 (CIFAR-100)",
    "virtual": "ResNet-18: 75.87 → 77.36 (CIFAR-100)",
    "smoothing": "ResNet-18: 75.87 → 77.26 (CIFAR-100)",
    "own_teacher": "ResNet-50: 80.56 (CIFAR-100)",
}
ON = {"none": "no bias", "held_out": "bias chosen on held-out images", "test": "bias chosen on test images"}


def digit_tables(digits, found, teacher, by_size):
    """Errors of the teacher, of the large students by source, and of both sizes by temperature."""
    widths = f"2 × {digits.teacher.width} and 2 × {digits.sizes.large} units"
    right = {name: found.right.sel(network=name) for name in SOURCES} | {"teacher": teacher}
    return [
        table(
            "Digits: students that learnt from labels and from soft labels, on test images",
            {"teacher": "teacher"} | SOURCES,
            {
                "paper: errors of 10,000": PAPER_ERRORS,
                "ours: errors, %": {name: 100 - values for name, values in right.items()},
                "agrees with teacher, %": found.agrees,
                "log-likelihood, hundredths of a nat": 100 * found.log_likelihood,
                "KL from teacher": 100 * found.divergence, "entropy": 100 * found.entropy,
            },
            f"Teacher and students have {widths}, as in the paper, which trains on all of MNIST; here "
            f"{digits.held_out:,} training images are held out. Students learn at temperature "
            f"{digits.temperature:g}. Shuffled: in each image's soft label all probabilities but the largest "
            "are permuted, once. Smoothed: one confidence for all images, whose entropy is the mean entropy "
            "of the teacher's soft labels, both at that temperature. The last three columns are in "
            "hundredths of a nat, at temperature 1.",
            digits=2,
        ),
        table(
            "Temperature: test errors on digits of students of the teacher's soft labels, in %",
            {"labels": SOURCES["labels"]} | {t: f"soft labels at T = {t:g}" for t in digits.temperatures},
            {
                f"2 × {getattr(digits.sizes, size)} units": {"labels": 100 - labels.right}
                | {t: 100 - soft.right.sel(temperature=t) for t in digits.temperatures}
                for size, (labels, soft) in by_size.items()
            },
            "In the paper all temperatures above 8 are similar with 300 units and more, and 2.5 to 4 are "
            "best with 30.",
            of="learnt from", digits=2,
        ),
    ]


def omitted_table(digit, missed):
    """Errors of students that never saw the digit, by how their bias was chosen."""
    rows = {(kind, on): f"{SOURCES[kind]}, {ON[on]}" for kind in ("soft", "labels") for on in ON}

    def cells(values):
        return {row: values.sel(network=row[0], chosen_on=row[1]) for row in rows}

    return table(
        f"The omitted digit: students that saw no {digit} in training", rows,
        {
            "paper: errors of 10,000": {("soft", on): words for on, words in PAPER_OMITTED.items()},
            "ours: errors, %": cells(100 - missed.right),
            f"errors on the {digit}, %": cells(100 - missed.digit_right.rename(digit_image="image")),
            f"bias of the {digit}": cells(missed.bias_chosen),
        },
        f"The teacher has seen the {digit}. A bias chosen on the test images, as in the paper, flatters; one "
        "chosen on held-out training images does not.",
        of="learnt from", digits=2,
    )


def objects_table(found, poor, seed):
    """Accuracy and costs of the networks on `objects`, and of the classifiers of Be Your Own Teacher."""
    labels = TEACHERS | STUDENTS
    costs = {name: recorded(f"data/distillation/objects/{name}/{seed}.safetensors").attrs for name in labels}
    exits = {name: name.replace("_", " ") for name in found if name.startswith("classifier")} | {
        "ensemble": "ensemble of its classifiers"
    }
    right = {name: found.right.sel(network=name) for name in labels}
    own = {name: found[name].sel(network="own_teacher") for name in exits}
    return table(
        "Teachers that are no better than their student: test accuracy on objects, in %",
        labels | {name: f"Be Your Own Teacher, {words}" for name, words in exits.items()},
        {
            "paper": PAPER_OBJECTS, "ours": right | own,
            "gain over labels, points": {name: right[name] - right["student"] for name in list(STUDENTS)[1:]},
            "parameters": {name: f"{of['parameters']:,}" for name, of in costs.items()},
            "FLOPs an image": {name: f"{of['flops']:,}" for name, of in costs.items()},
        },
        "The papers' networks are trained for 200 epochs, on CIFAR-10 where CIFAR-100 is not named; what "
        "follows a ± there is a standard deviation, of three networks. The poorly trained teacher is the "
        f"weaker one after {counted(poor.epochs, 'epoch')}; the paper's has another architecture. The "
        "virtual teacher is made by hand: softened, it is little more than smoothed labels. Parameters of Be "
        "Your Own Teacher include the shallow classifiers, its FLOPs do not: the deepest answers.",
    )
