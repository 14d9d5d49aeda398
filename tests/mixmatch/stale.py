"""Edits, and the stages of this experiment that each makes stale (tests/pipeline/test_stale.py)."""

MIXMATCH = ["mixmatch"]
ABLATION = ["ablation@*", *MIXMATCH]
CLASSES = ["stages/mixmatch/dvc.yaml:classes", *MIXMATCH]
OF_MIXMATCH = ["method@mixmatch", "ablation@*", *CLASSES]
TRAINED = ["method@*", "ablation@*", *CLASSES]

ROWS = {
    "data.digits.train": TRAINED,
    "compute.threads": TRAINED,
    "seeds": TRAINED,
    "stages/datasets/photos.py": TRAINED,
    "stages/core/files.py": TRAINED,
    "stages/core/train.py": TRAINED,
    "stages/core/scores.py": TRAINED,
    "stages/core/mixup.py": TRAINED,
    "stages/core/cutout.py": TRAINED,
    "stages/core/claims.py": MIXMATCH,
    "stages/core/charts.py": MIXMATCH,
    "mixmatch.data.train": TRAINED,
    "mixmatch.network.widths": TRAINED,
    "mixmatch.training.steps": TRAINED,
    "mixmatch.labels.main": ["method@*", *ABLATION],
    "mixmatch.methods.mixmatch.temperature": OF_MIXMATCH,
    "mixmatch.methods.fixmatch.cutout": ["method@fixmatch", *MIXMATCH],
    "mixmatch.seeds": ["ablation@*", *CLASSES],
    "mixmatch.classes.shares": CLASSES,
    "stages/mixmatch/losses.py": TRAINED,
    "stages/mixmatch/batches.py": TRAINED,
    "stages/mixmatch/averaging.py": TRAINED,
    "stages/mixmatch/images.py": TRAINED,
    "stages/mixmatch/method.py": ["method@*", *MIXMATCH],
    "stages/mixmatch/ablation.py": ABLATION,
    "stages/mixmatch/classes.py": CLASSES,
    "stages/mixmatch/about.py": MIXMATCH,
    "stages/mixmatch/claims.py": MIXMATCH,
    "stages/mixmatch/page.py": MIXMATCH,
}
