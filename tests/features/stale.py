"""Edits, and the stages of this experiment that each makes stale (tests/pipeline/test_stale.py)."""

FEATURES = ["features"]
EVALUATED = ["evaluation@*", *FEATURES]
RAND = ["retraining@rand", "evaluation@on_rand", *FEATURES]
DET = ["retraining@det", "evaluation@on_det", *FEATURES]
NONROBUST = ["nonrobust@*", *RAND, *DET]
INVERTED = [
    "inversion@*", "retraining@robust", "retraining@robust_noise", "retraining@standard",
    "evaluation@on_robust", "evaluation@on_robust_noise", "evaluation@on_standard", *FEATURES,
]
ROBUST = ["evaluation@robust", *INVERTED]
MEASURED = [*NONROBUST, *INVERTED, *EVALUATED]
ALL = [*MEASURED, *ROBUST]

ROWS = {
    "data.objects.source": ALL,
    "compute.threads": ALL,
    "seeds": ALL,
    "training.epochs": ALL,                                  # through the baseline, of the same depth
    "stages/datasets/photos.py": ALL,
    "stages/core/files.py": ALL,
    "stages/core/train.py": ALL,
    "stages/core/attacks.py": ALL,
    "stages/core/scores.py": MEASURED,
    "stages/core/claims.py": FEATURES,
    "stages/core/charts.py": FEATURES,
    "stages/baseline/robust.py": ROBUST,
    "stages/baseline/train.py": [*NONROBUST, *INVERTED, "evaluation@sgd"],
    "robust.depth": ALL,
    "robust.seeds": ALL,
    "features.images": [*NONROBUST, *INVERTED],
    "features.nonrobust.rand.epsilon": ["nonrobust@rand", *RAND],
    "features.nonrobust.det.epsilon": ["nonrobust@det", *DET],
    "robust.epsilon": ROBUST,
    "features.inversion.iterations": INVERTED,
    "features.retraining.rand.pad": RAND,
    "features.retraining.det.lr": DET,
    "features.retraining.robust.lr": ["retraining@robust", "evaluation@on_robust", *FEATURES],
    "features.retraining.robust_noise.epochs": [
        "retraining@robust_noise", "evaluation@on_robust_noise", *FEATURES,
    ],
    "features.retraining.standard.epochs": ["retraining@standard", "evaluation@on_standard", *FEATURES],
    "features.evaluation.epsilons": EVALUATED,
    "stages/features/nonrobust.py": NONROBUST,
    "stages/features/inversion.py": INVERTED,
    "stages/features/evaluation.py": EVALUATED,
    "stages/features/recipe.py": ALL,
    "stages/features/about.py": FEATURES,
    "stages/features/claims.py": FEATURES,
    "stages/features/grids.py": FEATURES,
    "stages/features/page.py": FEATURES,
}
