"""Edits, and the stages of this experiment that each makes stale (tests/pipeline/test_stale.py)."""

DISTILLED = ["distillation"]
STUDENTS = ["students@*", "omitted", "why", *DISTILLED]
DIGITS = ["teacher", *STUDENTS]
TAUGHT = ["taught@*", "alone@*", *DISTILLED]
ON_OBJECTS = ["labels@*", *TAUGHT]
TRAINED = [*DIGITS, *ON_OBJECTS]

ROWS = {
    "data.objects.source": ON_OBJECTS,
    "data.digits.train": DIGITS,
    "stages/datasets/photos.py": TRAINED,
    "compute.threads": TRAINED,
    "seeds": TRAINED,
    "stages/core/files.py": TRAINED,
    "stages/core/train.py": TRAINED,
    "stages/core/scores.py": TRAINED,
    "stages/core/claims.py": DISTILLED,
    "stages/core/charts.py": DISTILLED,
    "distillation.digits.teacher.dropout": DIGITS,
    "distillation.digits.held_out": DIGITS,
    "distillation.digits.student.lr": STUDENTS,
    "distillation.digits.alpha": STUDENTS,
    "distillation.digits.temperatures": ["students@*", *DISTILLED],
    "distillation.digits.temperature": ["omitted", "why", *DISTILLED],
    "distillation.digits.sizes.small": ["students@small", *DISTILLED],
    "distillation.digits.sizes.large": ["students@large", "omitted", "why", *DISTILLED],
    "distillation.digits.omitted.digit": ["omitted", *DISTILLED],
    "distillation.objects.seeds": ON_OBJECTS,
    "distillation.objects.training.epochs": ON_OBJECTS,
    "distillation.objects.networks.weaker": ["labels@*", "taught@*", *DISTILLED],
    "distillation.objects.networks.student": ON_OBJECTS,
    "distillation.objects.poor.epochs": ["labels@*", "taught@*", *DISTILLED],
    "distillation.objects.taught.weaker.alpha": ["taught@weaker", *DISTILLED],
    "distillation.objects.taught.poor": ["taught@poor", *DISTILLED],
    "distillation.objects.taught.student.temperature": ["taught@student", *DISTILLED],
    "distillation.objects.virtual.confidence": ["alone@virtual", *DISTILLED],
    "distillation.objects.smoothing.epsilon": ["alone@smoothing", *DISTILLED],
    "distillation.objects.own_teacher.hint": ["alone@own_teacher", *DISTILLED],
    "stages/distillation/omitted.py": ["omitted", *DISTILLED],
    "stages/distillation/why.py": ["why", *DISTILLED],
    "stages/distillation/own_teacher.py": ["alone@*", *DISTILLED],
    "stages/distillation/about.py": DISTILLED,
    "stages/distillation/claims.py": DISTILLED,
    "stages/distillation/page.py": DISTILLED,
    "stages/distillation/tables.py": DISTILLED,
}
