"""What the stages left, for tables, figures and claims; s seeds, n test images."""

import numpy as np

from stages.core.data import load_role
from stages.core.files import load, read_json
from stages.core.results import stacked
from stages.distillation.bias import BIASES

# what the students of why.py learnt from -> how tables and legends call it; the control first
SOURCES = {
    "labels": "labels only",
    "soft": "teacher's soft labels",
    "shuffled": "the same, shuffled",
    "smoothed": "smoothed labels",
}

# networks on `objects` -> how tables and legends call them; teachers first, then the control
TEACHERS = {"weaker": "weaker teacher", "poor": "poorly trained teacher"}
STUDENTS = {
    "student": "student, labels only",
    "taught_by_weaker": "taught by the weaker",
    "taught_by_poor": "taught by the poorly trained",
    "taught_by_student": "taught by its own copy",
    "virtual": "virtual teacher",
    "smoothing": "label smoothing",
    "own_teacher": "Be Your Own Teacher",
}


def digit_labels():
    """Labels of the test digits, (n,), on the CPU."""
    return load_role("digits").test.labels.cpu()


def digit_logits(name):
    """The tensors of one stage of the part on `digits`."""
    return load(f"data/distillation/digits/{name}.safetensors")[0]


def percent(right):
    """Bool of any shape as 0 and 100."""
    return 100 * np.asarray(right, dtype=np.float64)


def students_right(size, y):
    """Percent right of the students of a size: "labels" (s, n) and "soft" (s, temperatures, n)."""
    return {name: percent(z.argmax(-1) == y) for name, z in digit_logits(f"students-{size}").items()}


def sources_right(y, at):
    """Percent right, (s, n), of the large student of each of `SOURCES`; `at` is its temperature's place."""
    known = students_right("large", y)
    found = {name: percent(z.argmax(-1) == y) for name, z in digit_logits("why").items()}
    return {"labels": known["labels"], "soft": known["soft"][:, at]} | found


def omitted_right(y, digit):
    """Percent right on the omitted digit, (s, n of the digit), the bias chosen on held-out images, of the
    students that learnt from "soft" labels and from "labels" only.
    """
    found, chosen = digit_logits("omitted"), BIASES.index("held_out")
    return {name: percent(found[f"{name}_right"][:, chosen, y == digit]) for name in ("soft", "labels")}


def objects_right(seeds):
    """Percent right, (s, n), of every network on `objects`, and of the classifiers of its own teacher."""
    found = {}
    for name in [*TEACHERS, *STUDENTS]:
        for key, right in stacked(f"data/distillation/objects/{name}-{{seed}}.safetensors", seeds).items():
            found[name if key == "right" else key] = percent(right)
    return found


def facts(path):
    """What a training was computed with, and its numbers."""
    return read_json(f"metrics/training/distillation/{path}.json")


def numbers(name):
    """The metrics of one stage of the part on `digits`."""
    return read_json(f"metrics/distillation/{name}.json")
