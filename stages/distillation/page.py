"""This experiment's page in the report: the papers' numbers beside ours, in words, tables and figures.

Numbers of Hinton et al. 2015 are errors among the 10,000 test images of MNIST. Those of Yuan et al. 2020 are
test accuracies on CIFAR-10 (table 2) or CIFAR-100, those of Zhang et al. 2019 on CIFAR-100.
"""

from stages.core.charts import table
from stages.core.data import load_role
from stages.core.measurements import recorded
from stages.core.pages import Figure, Page, machine, write_page
from stages.distillation.results import SOURCES, STUDENTS, TEACHERS, students, teachers

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


def digits_table(digits, found, seeds):
    """Errors of the teacher and of the large students, and what these make of the test images."""
    right = {name: found.right.sel(network=name) for name in SOURCES} | {"teacher": teachers(seeds)}
    sizes = f"2 × {digits.teacher.width} and 2 × {digits.sizes.large} units"
    return table(
        "Digits: students that learnt from labels and from soft labels, on test images",
        {"teacher": "teacher"} | SOURCES,
        {
            "paper: errors of 10,000": PAPER_ERRORS,
            "ours: errors, %": {name: 100 - values for name, values in right.items()},
            "log-likelihood, nats": found.log_likelihood, "agrees with teacher, %": found.agrees,
            "KL from teacher, nats": found.divergence, "entropy, nats": found.entropy,
        },
        f"Teacher and students have {sizes}, as in the paper, which trains on all of MNIST; here "
        f"{digits.held_out:,} "
        f"training images are held out. Students learn at temperature {digits.temperature:g}. Shuffled: in "
        "each "
        "image's soft label all probabilities but the largest are permuted, once. Smoothed: one confidence "
        "for all "
        "images, whose entropy is the mean entropy of the teacher's soft labels.",
        digits=2,
    )


def temperature_table(digits, seeds):
    """Errors of both sizes of students by temperature."""
    right = {size: students(size, seeds) for size in ("large", "small")}
    rows = {"labels": "labels only"} | {t: f"T = {t:g}" for t in digits.temperatures}
    return table(
        "Temperature: test errors of students of the teacher's soft labels, %", rows,
        {
            f"2 × {getattr(digits.sizes, size)} units": {"labels": 100 - labels.right}
            | {t: 100 - soft.right.sel(temperature=t) for t in digits.temperatures}
            for size, (labels, soft) in right.items()
        },
        "In the paper all temperatures above 8 are similar with 300 units and more, and 2.5 to 4 are best "
        "with 30.",
        of="learnt at",
    )


def omitted_table(digits, missed):
    """Errors of students that never saw the digit, by how their bias was chosen."""
    rows = {(kind, on): f"{SOURCES[kind]}, {ON[on]}" for kind in ("soft", "labels") for on in ON}
    digit = digits.omitted.digit

    def cells(values):
        return {row: values.sel(network=row[0], chosen_on=row[1]) for row in rows}

    return table(
        f"The omitted digit: students whose transfer set has no {digit}", rows,
        {
            "paper: errors of 10,000": {("soft", on): words for on, words in PAPER_OMITTED.items()},
            "ours: errors, %": cells(100 - missed.right),
            f"of the {digit}, %": cells(100 - missed.digit_right.rename(digit_image="image")),
            "bias": cells(missed.bias_chosen),
        },
        f"The teacher has seen the {digit}. A bias chosen on the test images, as in the paper, flatters; "
        "one chosen on "
        "held-out training images does not.",
        of="learnt from",
    )


def objects_table(found, seeds):
    """Accuracy of the networks on `objects`, and of the classifiers of Be Your Own Teacher."""
    labels = TEACHERS | STUDENTS
    costs = {
        name: recorded(f"data/distillation/objects/{name}/{seeds[0]}.safetensors").attrs for name in labels
    }
    exits = {name: name.replace("_", " ") for name in found if name.startswith("classifier")} | {
        "ensemble": "ensemble of its classifiers"
    }
    own = {name: found[name].sel(network="own_teacher") for name in exits}
    right = {name: found.right.sel(network=name) for name in labels}
    control = right["student"]
    return table(
        "Teachers that should not help, on objects: test accuracy, %",
        labels | {name: f"Be Your Own Teacher, {words}" for name, words in exits.items()},
        {
            "paper": PAPER_OBJECTS, "ours": right | own,
            "gain over labels, points": {name: right[name] - control for name in list(STUDENTS)[1:]},
            "parameters": {name: f"{of['parameters']:,}" for name, of in costs.items()},
            "FLOPs an image": {name: f"{of['flops']:,}" for name, of in costs.items()},
        },
        "The papers' networks are trained for 200 epochs, on CIFAR-10 where CIFAR-100 is not named. Their "
        "poorly "
        "trained teacher has another architecture than ours. Parameters of Be Your Own Teacher include the "
        "shallow "
        "classifiers, its FLOPs do not: the deepest answers.",
    )


FIGURES = [
    Figure(
        "plots/distillation/figures/temperature.svg",
        "Test errors on digits of students by the temperature at which they learnt, large ones left, small "
        "ones "
        "right. Bands are 95 % intervals over seeds and images.",
    ),
    Figure(
        "plots/distillation/figures/omitted.svg",
        "Test errors of students that never saw a digit, when a bias is added to their output for it. "
        "Bands are 95 % "
        "intervals over seeds.",
    ),
    Figure(
        "plots/distillation/figures/why.svg",
        "The same student on digits with other labels: how likely it finds the true label, and how often "
        "it agrees "
        "with its teacher. Bars are 95 % intervals over seeds and images.",
    ),
    Figure(
        "plots/distillation/figures/objects.svg",
        "Gain in test accuracy on objects over the same network trained on labels only, with 95 % "
        "intervals over "
        "seeds and images.",
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
        "seeds": f"{', '.join(map(str, seeds))}; of networks on objects the first {objects.seeds}",
    } | machine(recorded(f"data/training/distillation/student/{seeds[0]}.safetensors").attrs)


def answer(claims, digits, found, missed, on_objects):
    """The experiment in three sentences, made of its numbers."""
    supported = sum(one.verdict == "supported" for one in claims)
    wrong = {name: float(100 - found.right.sel(network=name).mean()) for name in SOURCES}
    of_digit = missed.digit_right.sel(network="soft").mean(["seed", "digit_image"])
    gains = {
        name: float((on_objects.right.sel(network=name) - on_objects.right.sel(network="student")).mean())
        for name in list(STUDENTS)[1:]
    }
    best = max(gains, key=gains.get)
    return (
        f"{supported} of {len(claims)} claims are supported here. On digits the student errs on "
        f"{wrong['labels']:.1f} % "
        f"of the test images after labels and on {wrong['soft']:.1f} % after the teacher's soft labels; of "
        "the digit "
        f"{digits.omitted.digit} that it never saw it knows {float(of_digit.sel(chosen_on='none')):.0f} %, "
        "and "
        f"{float(of_digit.sel(chosen_on='held_out')):.0f} % with its bias corrected. On objects the "
        "largest gain over "
        f"labels is {gains[best]:+.1f} points ({STUDENTS[best]})."
    )


def write(digits, objects, seeds, claims, found, missed, on_objects):
    """Writes data/distillation/page.json from the Datasets of results.py."""
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
        answer=answer(claims, digits, found, missed, on_objects),
        claims=claims,
        tables=[
            digits_table(digits, found, seeds), temperature_table(digits, seeds),
            omitted_table(digits, missed), objects_table(on_objects, seeds),
        ],
        figures=FIGURES,
    ))
