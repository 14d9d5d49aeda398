"""Edits, and the stages of this experiment that each makes stale (tests/pipeline/test_stale.py)."""

SELFSUP = ["selfsup"]
PROBE = ["stages/selfsup/dvc.yaml:probe", *SELFSUP]
LABELS = ["stages/selfsup/dvc.yaml:labels", *SELFSUP]
SWEEP = ["stages/selfsup/dvc.yaml:sweep", *SELFSUP]
REVISITED = ["revisited@*", *SELFSUP]
ENCODER = ["encoder@*", *PROBE, *LABELS]
ALL = [*ENCODER, *SWEEP, *REVISITED]

ROWS = {
    "data.digits.train": ALL,
    "compute.threads": ALL,
    "seeds": ALL,
    "stages/datasets/photos.py": ALL,
    "stages/core/files.py": ALL,
    "stages/core/seeds.py": ALL,
    "stages/core/train.py": ALL,
    "stages/core/scores.py": LABELS,
    "stages/core/claims.py": SELFSUP,
    "stages/core/charts.py": SELFSUP,
    "selfsup.training.epochs": ALL,
    "selfsup.encoder.widths": ALL,
    "selfsup.views.strength": ALL,
    "selfsup.pirl.share": [*ENCODER, *SWEEP],
    "selfsup.sweep.sizes": SWEEP,
    "selfsup.revisited.tail": REVISITED,
    "selfsup.probe.decay": [*PROBE, *SWEEP, *REVISITED],
    "selfsup.labels.lr": LABELS,
    "stages/selfsup/augment.py": ALL,
    "stages/selfsup/encoder.py": ENCODER,
    "stages/selfsup/pirl.py": ALL,
    "stages/selfsup/invariance.py": PROBE,
    "stages/selfsup/labels.py": LABELS,
    "stages/selfsup/linear.py": [*PROBE, *SWEEP, *REVISITED],
    "stages/selfsup/revisited.py": REVISITED,
    "stages/selfsup/sweep.py": SWEEP,
    "stages/selfsup/about.py": SELFSUP,
    "stages/selfsup/claims.py": SELFSUP,
    "stages/selfsup/page.py": SELFSUP,
}
