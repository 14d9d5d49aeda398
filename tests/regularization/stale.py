"""Edits, and the stages of this experiment that each makes stale (tests/pipeline/test_stale.py)."""

REGULARIZATION = ["regularization"]
LONGER = ["longer", "longer_plain", *REGULARIZATION]
MEASURED = ["clean@*", "disturbed@*", "longer", *REGULARIZATION]
CORRUPTED = ["corruption@*", "disturbed@*", *REGULARIZATION]
TRAINED = ["network@*", "sweep@*", *LONGER, *MEASURED]

ROWS = {
    "data.objects.source": [*TRAINED, *CORRUPTED],
    "compute.threads": TRAINED,
    "seeds": TRAINED,
    "regularization.seeds": ["network@*", *LONGER, *MEASURED],
    "training.epochs": TRAINED,
    "stages/datasets/photos.py": [*TRAINED, *CORRUPTED],
    "stages/core/files.py": [*TRAINED, *CORRUPTED],
    "stages/core/train.py": TRAINED,
    "stages/core/scores.py": ["sweep@*", "longer_plain", *MEASURED],
    "stages/core/attacks.py": ["disturbed@*", *REGULARIZATION],
    "stages/core/claims.py": LONGER,
    "stages/core/charts.py": REGULARIZATION,
    "regularization.training.images": TRAINED,
    "regularization.networks.cutout.size": ["network@cutout", "clean@cutout", "disturbed@cutout", "longer",
                                            *REGULARIZATION],
    "regularization.networks.mixup_rotation": ["network@mixup_rotation", "clean@mixup_rotation",
                                               "disturbed@mixup_rotation", "longer", *REGULARIZATION],
    "regularization.small.width": ["sweep@*", *REGULARIZATION],
    "regularization.small.seeds": ["sweep@*", *REGULARIZATION],
    "regularization.sweep": REGULARIZATION,                                  # and stages that are new
    "regularization.longer.epochs": LONGER,
    "regularization.corruption.severities": CORRUPTED,
    "regularization.corruption.names": ["disturbed@*", *REGULARIZATION],     # and stages that are new
    "regularization.attacks.epsilons": ["disturbed@*", *REGULARIZATION],
    "regularization.images": ["disturbed@*", *REGULARIZATION],
    "data/regularization/corruptions/snow.safetensors": ["disturbed@*", *REGULARIZATION],
    "stages/datasets/corruptions.py": CORRUPTED,
    "stages/core/cutout.py": TRAINED,
    "stages/regularization/setting.py": TRAINED,
    "stages/regularization/corruption.py": CORRUPTED,
    "stages/regularization/calibration.py": ["clean@*", "longer", *REGULARIZATION],
    "stages/regularization/disturbed.py": ["disturbed@*", *REGULARIZATION],
    "stages/regularization/results.py": REGULARIZATION,
    "stages/regularization/about.py": REGULARIZATION,
    "stages/regularization/claims.py": REGULARIZATION,
    "stages/regularization/page.py": REGULARIZATION,
    "stages/regularization/tables.py": REGULARIZATION,
}
