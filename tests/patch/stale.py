"""Edits, and the stages of this experiment that each makes stale (tests/pipeline/test_stale.py)."""

PATCH = ["patch"]
JUDGED = ["success", "transfer", "defences", *PATCH]
LEARNED = ["learned@*", *JUDGED]
ALL = ["network@*", *LEARNED]

ROWS = {
    "data.objects.source": ALL,
    "compute.threads": ALL,
    "seeds": ALL,
    "training.epochs": ALL,
    "stages/datasets/photos.py": ALL,
    "stages/core/files.py": ALL,
    "stages/core/train.py": ALL,
    "stages/core/claims.py": PATCH,
    "stages/core/charts.py": PATCH,
    "stages/baseline/train.py": LEARNED,
    "stages/baseline/robust.py": LEARNED,
    "stages/baseline/judge.py": LEARNED,
    "stages/core/attacks.py": LEARNED,                       # by the robust network
    "robust.seeds": LEARNED,
    "robust.epsilon": LEARNED,
    "robust.depth": ["robust", *ALL],
    "judge.seeds": LEARNED,
    "judge.objects.epochs": LEARNED,
    "patch.networks.growth": ALL,
    "patch.train": ALL,
    "patch.seeds": ALL,
    "patch.sizes": LEARNED,
    "patch.learning.lr": LEARNED,
    "patch.placing.shape": LEARNED,
    "patch.images": JUDGED,
    "patch.map.stride": ["success", *PATCH],
    "stages/core/cutout.py": ALL,
    "stages/patch/dense.py": ALL,
    "stages/patch/placing.py": LEARNED,
    "stages/patch/learning.py": LEARNED,
    "stages/patch/network.py": ALL,
    "stages/patch/judging.py": JUDGED,
    "stages/patch/transfer.py": ["transfer", *PATCH],
    "stages/patch/about.py": PATCH,
    "stages/patch/claims.py": PATCH,
    "stages/patch/page.py": PATCH,
}
