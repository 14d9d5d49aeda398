"""Edits, and the stages of this experiment that each makes stale (tests/pipeline/test_stale.py)."""

NOISY_LABELS = ["noisy_labels"]
SWEEP = ["stages/noisy_labels/dvc.yaml:sweep", *NOISY_LABELS]
SCE = ["method@sce", *SWEEP]
TRAINED = ["method@*", *SWEEP]
ALL = ["labels", *TRAINED]

ROWS = {
    "data.digits.train": ALL,
    "data/raw/human/CIFAR-10_human.pt": ALL,
    "compute.threads": ALL,
    "seeds": ALL,
    "stages/datasets/photos.py": ALL,
    "stages/core/files.py": ALL,
    "stages/core/train.py": TRAINED,
    "stages/core/scores.py": TRAINED,
    "stages/core/mixup.py": TRAINED,
    "stages/core/claims.py": NOISY_LABELS,
    "stages/core/charts.py": NOISY_LABELS,
    "noisy_labels.data.validation": ALL,
    "noisy_labels.human": ALL,
    "noisy_labels.noises": ALL,
    "noisy_labels.training.epochs": TRAINED,
    "noisy_labels.network.widths": TRAINED,
    "noisy_labels.every": TRAINED,
    "noisy_labels.methods.sce.alpha": SCE,
    "noisy_labels.methods.gce.q": ["method@gce", *NOISY_LABELS],
    "noisy_labels.sweep.beta": SWEEP,
    "stages/noisy_labels/noise.py": ALL,
    "stages/noisy_labels/human.py": ALL,
    "stages/noisy_labels/losses.py": TRAINED,
    "stages/noisy_labels/method.py": ["method@*", *NOISY_LABELS],
    "stages/noisy_labels/sweep.py": SWEEP,
    "stages/noisy_labels/about.py": NOISY_LABELS,
    "stages/noisy_labels/claims.py": NOISY_LABELS,
    "stages/noisy_labels/page.py": NOISY_LABELS,
}
