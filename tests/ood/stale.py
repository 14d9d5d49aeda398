"""Edits, and the stages of this experiment that each makes stale (tests/pipeline/test_stale.py)."""

OOD = ["ood"]
CAPACITY = ["capacity@*", "capacity_scores", *OOD]
EXPOSED = ["exposure@*", "exposure_scores", *OOD]
ENERGY = ["stages/ood/dvc.yaml:energy", "exposure_scores", *OOD]
FINETUNED = [*EXPOSED, *ENERGY]
KNOWN = ["known", *FINETUNED]
SCORED = ["capacity_scores", "exposure_scores", *OOD]
SETS = ["sets", *FINETUNED, *SCORED]                         # fine-tuning waits for the check of its outliers
TRAINED = [*CAPACITY, *KNOWN]
ALL = [*SETS, *TRAINED]

ROWS = {
    "data.objects.source": ALL,
    "data.digits.train": SETS,
    "data.text.source": SETS,
    "compute.threads": ALL,
    "seeds": [*TRAINED, *SCORED],
    "training.epochs": TRAINED,
    "stages/datasets/photos.py": ALL,
    "stages/core/files.py": ALL,
    "stages/core/train.py": [*TRAINED, *SCORED],
    "stages/core/attacks.py": SCORED,
    "stages/core/scores.py": SCORED,
    "stages/core/claims.py": OOD,
    "stages/core/charts.py": OOD,
    "stages/baseline/train.py": ["capacity_scores", *OOD],
    "ood.noise": SETS,
    "ood.odin.temperature": SCORED,
    "ood.capacities": ["capacity_scores", *OOD],             # and stages that are new
    "ood.exposed": ["exposure_scores", *OOD],
    "ood.known.classes": KNOWN,
    "ood.known.epochs": KNOWN,
    "ood.finetuning.lr": FINETUNED,
    "ood.exposure.weight": EXPOSED,
    "ood.energy.m_in": ENERGY,
    "stages/ood/sets.py": SETS,
    "stages/ood/scores.py": SCORED,
    "stages/ood/detection.py": SCORED,
    "stages/ood/finetuning.py": FINETUNED,
    "stages/ood/energy.py": ENERGY,
    "stages/ood/exposure.py": EXPOSED,
    "stages/ood/influence.py": OOD,
    "stages/ood/about.py": OOD,
    "stages/ood/claims.py": OOD,
    "stages/ood/figures.py": OOD,
    "stages/ood/page.py": OOD,
}
