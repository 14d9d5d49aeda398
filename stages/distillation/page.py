"""This experiment's page in the report: the papers' numbers beside ours, in words, tables and figures.

Numbers of Hinton et al. 2015 are errors among the 10,000 test images of MNIST. Those of Yuan et al. 2020 are
test accuracies on CIFAR-10 (table 2) or CIFAR-100, those of Zhang et al. 2019 on CIFAR-100; what is from
memory and could not be verified is marked.
"""

from stages.core.data import load_role
from stages.core.pages import Figure, Page, Table, machine, write_page
from stages.distillation.bias import BIASES
from stages.distillation.results import (
    SOURCES,
    STUDENTS,
    TEACHERS,
    digit_labels,
    digit_logits,
    facts,
    numbers,
)

PAPER_ERRORS = {"teacher": 67, "labels": 146, "soft": 74}
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
    "own_teacher": "ResNet-50: 77.68 (from memory, unverified) → 80.56 (CIFAR-100)",
}
PAPER_EXITS = "68.23, 74.21, 75.23 and 80.56", "81.04 (from memory, unverified)"
ON = {"none": "none", "held_out": "held-out training images", "test": "test images, as the paper did"}


def digits_table(digits, right, n):
    """Errors of teacher and students, with what they cost; `right` is source -> percent right (s, n)."""
    teacher = facts(f"digits/teacher-{digits.seeds[0]}")
    sizes = {size: numbers(f"students-{size}") for size in ("large", "small")}
    teachers = digit_logits("logits")["test"].argmax(-1) == digit_labels()
    t = f"{digits.temperature:g}"

    def row(label, paper, accuracy, cost):
        return [label, paper, n * (1 - accuracy), 100 * (1 - accuracy), cost["parameters"], cost["flops"]]

    large, small, cost = digits.sizes.large, digits.sizes.small, sizes["large"]
    return Table(
        f"Errors on digits: the paper's among 10,000 test images, ours among {n:,}",
        ["network", "paper: errors", "ours: errors", "ours: %", "parameters", "FLOPs an image"],
        [
            row(f"teacher, 2 x {digits.teacher.width} units", PAPER_ERRORS["teacher"],
                teachers.double().mean().item(), teacher),
            row(f"2 x {large} units, labels", PAPER_ERRORS["labels"], cost["labels_accuracy"], cost),
            row(f"2 x {large} units, distilled at T = {t}", PAPER_ERRORS["soft"],
                float(right["soft"].mean()) / 100, cost),
            row(f"2 x {small} units, labels", None, sizes["small"]["labels_accuracy"], sizes["small"]),
            row(f"2 x {small} units, distilled at T = {t}", None, sizes["small"]["soft_accuracy"][t],
                sizes["small"]),
        ],
        f"Means of {len(digits.seeds)} seeds. The paper trains on all 60,000 images of MNIST; here "
        f"{digits.held_out:,} training images are held out from teacher and students. Students on labels "
        "share the recipe of the distilled ones, which was chosen for those; at a learning rate of their own "
        "they may make fewer errors. FLOPs are counted by torch in a forward pass, two for a multiplication "
        "and its addition.",
    )


def temperature_table(digits):
    """Errors of both sizes by temperature, and what the soft labels are at it."""
    sizes = [numbers(f"students-{size}")["soft_accuracy"] for size in ("large", "small")]
    soft = numbers("why")["soft_labels"]
    return Table(
        "Temperature: test errors of distilled students, and the teachers' soft labels",
        ["T", f"{digits.sizes.large} units: errors, %", f"{digits.sizes.small} units: errors, %",
         "entropy, nats", "calibration error, %"],
        [
            [t, *(100 * (1 - accuracy[t]) for accuracy in sizes), soft[t]["entropy"],
             100 * soft[t]["calibration_error"]]
            for t in (f"{t:g}" for t in digits.temperatures)
        ],
        "In the paper all temperatures above 8 are similar with 300 units and more, and 2.5 to 4 are best "
        "with 30. Entropy and expected calibration error are those of the teachers' soft labels of test "
        "images.",
    )


def omitted_table(digits):
    """Errors of students that never saw the digit, by how their bias was chosen."""
    found, digit = numbers("omitted"), digits.omitted.digit
    rows = [
        [SOURCES[name], ON[bias], PAPER_OMITTED.get(bias) if name == "soft" else None,
         one["bias"].get(bias, 0.0), one["errors"][bias], one["errors_on_digit"][bias]]
        for name in ("soft", "labels") for one in [found[name]] for bias in BIASES
    ]
    return Table(
        f"The omitted digit: errors of students whose transfer set has no {digit}",
        ["learnt from", "bias chosen on", "paper: errors", "bias", "ours: errors", f"of them on {digit}"],
        rows,
        f"The teacher has seen the {digit}. Means over seeds. A bias chosen on the test images flatters; the "
        "one chosen on held-out training images does not.",
    )


def why_table():
    """What the students of each kind of label became."""
    found = numbers("why")["students"]
    return Table(
        "Why it works: the same student, loss and temperature with other soft labels",
        ["learnt from", "errors, %", "agrees with teacher, %", "KL from teacher, nats", "entropy, nats",
         "calibration error, %"],
        [
            [label, 100 * (1 - one["accuracy"]), 100 * one["agreement"], one["divergence"], one["entropy"],
             100 * one["calibration_error"]]
            for name, label in SOURCES.items() for one in [found[name]]
        ],
        "On test images, at temperature 1. Shuffled: in each image's soft label all probabilities but the "
        "largest are permuted, once. Smoothed: one confidence for all images, whose entropy is the mean "
        "entropy of the teacher's soft labels. The papers have no such table.",
    )


def objects_table(seeds, right):
    """Accuracy of the networks on `objects`; `right` is network -> percent right (s, n)."""
    control = right["student"].mean()
    rows = []
    for name, label in (TEACHERS | STUDENTS).items():
        cost, accuracy = facts(f"objects/{name}-{seeds[0]}"), float(right[name].mean())
        gain = None if name in TEACHERS or name == "student" else float(accuracy - control)
        rows.append([label, PAPER_OBJECTS[name], accuracy, gain, cost["parameters"], cost["flops"]])
    return Table(
        "Teachers that should not help, on objects: test accuracy, %",
        ["network", "paper", "ours", "gain, points", "parameters", "FLOPs an image"],
        rows,
        "The papers' networks are trained for 200 epochs, on CIFAR-10 where CIFAR-100 is not named. "
        "Their poorly trained teacher has another architecture than ours. Parameters of Be Your Own Teacher "
        "include the shallow classifiers, its FLOPs do not: the deepest answers.",
    )


def exits_table(right):
    """Accuracy of the classifiers of Be Your Own Teacher."""
    names = [name for name in right if name.startswith("classifier_")]
    rows = [[f"{i} of {len(names)}", float(right[name].mean())] for i, name in enumerate(names, start=1)]
    each, ensemble = PAPER_EXITS
    return Table(
        "Be Your Own Teacher: test accuracy of all its classifiers, %",
        ["classifier", "ours"],
        [*rows, ["ensemble", float(right["ensemble"].mean())]],
        f"The paper's ResNet-50 on CIFAR-100 has four classifiers, with {each} %, and an ensemble with "
        f"{ensemble}.",
    )


FIGURES = [
    Figure(
        "plots/distillation/figures/temperature.svg",
        "Test errors of students by temperature, large ones left, small ones right. Bands are one standard "
        "deviation over seeds.",
    ),
    Figure(
        "plots/distillation/figures/omitted.svg",
        "Errors of students that never saw a digit when a bias is added to their output for it. Vertical "
        "lines: the mean bias of the distilled students, chosen on held-out images (dashed) and on test "
        "images (dotted).",
    ),
    Figure(
        "plots/distillation/figures/why.svg",
        "The same student with other soft labels: errors, and agreement with its teacher. Small dots are "
        "seeds, large ones means.",
    ),
    Figure(
        "plots/distillation/figures/objects.svg",
        "Gain over the same network on labels only, with 95 % intervals: over seeds from three on, else over "
        "test images.",
    ),
]


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
        "seeds": f"digits {', '.join(map(str, digits.seeds))}; objects {', '.join(map(str, seeds))}",
    } | machine(facts(f"objects/student-{seeds[0]}"))


def answer(claims, digits, right, on_objects):
    """The experiment in three sentences, made of its numbers."""
    supported = sum(claim.verdict == "supported" for claim in claims)
    wrong = {name: 100 - values.mean() for name, values in right.items()}
    omitted = numbers("omitted")["soft"]["errors_on_digit"]
    gains = {name: on_objects[name].mean() - on_objects["student"].mean() for name in STUDENTS}
    best = max(list(STUDENTS)[1:], key=gains.get)
    return (
        f"{supported} of {len(claims)} claims are supported here. On digits the student errs on "
        f"{wrong['labels']:.1f} % of the test images after labels, {wrong['soft']:.1f} % after the teacher's "
        f"soft labels and {wrong['shuffled']:.1f} % after shuffled ones; of the digit {digits.omitted.digit} "
        f"that it never saw it misses {omitted['none']:.1f} images, and {omitted['held_out']:.1f} with its "
        "bias corrected (means of seeds). On objects the largest gain over labels is "
        f"{gains[best]:+.1f} points ({STUDENTS[best]})."
    )


def write(digits, objects, seeds, claims, right, on_objects):
    """Writes data/distillation/page.json; `right` and `on_objects` are percent right (s, n) by name."""
    write_page(Page(
        name="distillation",
        title="Distillation: teachers strong, weak, and none",
        question="What does a network learn from another's soft labels, and must the other be better?",
        sources=[
            ["Hinton, Vinyals, Dean: Distilling the knowledge in a neural network, 2015",
             "https://arxiv.org/abs/1503.02531"],
            ["Yuan, Tay, Li, Wang, Feng: Revisiting knowledge distillation via label smoothing "
             "regularization, CVPR 2020", "https://arxiv.org/abs/1909.11723"],
            ["Zhang, Song, Gao, Chen, Bao, Ma: Be your own teacher, ICCV 2019",
             "https://arxiv.org/abs/1905.08094"],
        ],
        conditions=conditions(digits, objects, seeds),
        answer=answer(claims, digits, right, on_objects),
        claims=claims,
        tables=[
            digits_table(digits, right, right["soft"].shape[1]), temperature_table(digits),
            omitted_table(digits), why_table(), objects_table(seeds, on_objects), exits_table(on_objects),
        ],
        figures=FIGURES,
    ))
