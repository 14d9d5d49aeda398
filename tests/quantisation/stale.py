"""Edits, and the stages of this experiment that each makes stale (tests/pipeline/test_stale.py)."""

QUANTISATION = ["quantisation"]
NETWORKS = ["network@*", *QUANTISATION]
TRAINED = ["network@*", "stages/quantisation/dvc.yaml:sparse", *QUANTISATION]
ALL = ["fits", *TRAINED]

ROWS = {
    "data.objects.source": ALL,
    "compute.threads": ALL,
    "seeds": ALL,
    "training.epochs": ALL,
    "stages/datasets/photos.py": ALL,
    "stages/core/files.py": ALL,
    "stages/core/train.py": ALL,
    "stages/core/scores.py": TRAINED,
    "stages/core/claims.py": QUANTISATION,
    "stages/core/charts.py": QUANTISATION,
    "stages/baseline/train.py": ALL,
    "quantisation.images": TRAINED,
    "quantisation.training.epochs": TRAINED,
    "quantisation.networks": QUANTISATION,                   # and stages that are new
    "quantisation.every_seed": NETWORKS,
    "quantisation.seeds": TRAINED,
    "quantisation.sparse.strengths": ["stages/quantisation/dvc.yaml:sparse", *QUANTISATION],
    "stages/quantisation/quantiser.py": ALL,
    "stages/quantisation/weights.py": ALL,
    "stages/quantisation/nets.py": TRAINED,
    "stages/quantisation/fits.py": ["fits", *QUANTISATION],
    "stages/quantisation/network.py": NETWORKS,
    "stages/quantisation/sparse.py": ["stages/quantisation/dvc.yaml:sparse", *QUANTISATION],
    "stages/quantisation/about.py": QUANTISATION,
    "stages/quantisation/claims.py": QUANTISATION,
    "stages/quantisation/page.py": QUANTISATION,
}
