"""Edits, and the stages of this experiment that each makes stale (tests/pipeline/test_stale.py)."""

FILE = "stages/patch/dvc.yaml"
PATCH = ["patch"]
NETWORKS = [f"{FILE}:network@*"]
LEARNED = ["learned@*", *(f"{FILE}:{name}" for name in ("success", "transfer", "defences")), *PATCH]
JUDGED = [*(f"{FILE}:{name}" for name in ("success", "transfer", "defences")), *PATCH]
ALL = [*NETWORKS, *LEARNED]

ROWS = {
    "data.objects.source": ALL,
    "compute.threads": ALL,
    "seeds": ALL,
    "training.epochs": ALL,
    "stages/datasets/photos.py": ALL,
    "stages/core/files.py": ALL,
    "stages/core/train.py": ALL,
    "stages/core/scores.py": [],
    "stages/core/claims.py": PATCH,
    "stages/core/charts.py": PATCH,
    "stages/baseline/train.py": LEARNED,
    "robust.epsilon": ["learned@*", f"{FILE}:transfer", f"{FILE}:success", f"{FILE}:defences", *PATCH],
    "judge.objects.epochs": ["learned@*", f"{FILE}:transfer", f"{FILE}:success", f"{FILE}:defences", *PATCH],
    "patch.networks.growth": ALL,
    "patch.train": ALL,
    "patch.seeds": ALL,
    "patch.sizes": LEARNED,
    "patch.learning.lr": LEARNED,
    "patch.placing.shape": LEARNED,
    "patch.images": JUDGED,
    "patch.map.stride": [f"{FILE}:success", *PATCH],
    "stages/core/cutout.py": ALL,
    "stages/patch/dense.py": ALL,
    "stages/patch/placing.py": LEARNED,
    "stages/patch/learning.py": LEARNED,
    "stages/patch/network.py": ALL,
    "stages/patch/judging.py": JUDGED,
    "stages/patch/transfer.py": [f"{FILE}:transfer", *PATCH],
    "stages/patch/about.py": PATCH,
    "stages/patch/claims.py": PATCH,
    "stages/patch/page.py": PATCH,
}
