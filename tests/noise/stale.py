"""Edits, and the stages of this experiment that each makes stale (tests/pipeline/test_stale.py)."""

NOISE = ["noise"]
MEASURED = ["robustness@*", "landscape@*", *NOISE]
GAUSSIAN = ["stages/noise/dvc.yaml:gaussian", "robustness@gaussian", "landscape@gaussian", *NOISE]
SAM = ["sam@sam", "robustness@sam", "landscape@sam", *NOISE]
TRAINED = [*GAUSSIAN, *SAM, *MEASURED]
OF_BASELINE = ["robustness@sgd", "landscape@sgd", *NOISE]

ROWS = {
    "data.objects.source": TRAINED,
    "compute.threads": TRAINED,
    "seeds": TRAINED,
    "training.epochs": TRAINED,
    "stages/datasets/photos.py": TRAINED,
    "stages/core/files.py": TRAINED,
    "stages/core/train.py": TRAINED,
    "stages/core/scores.py": MEASURED,
    "stages/core/claims.py": NOISE,
    "stages/core/charts.py": NOISE,
    "stages/baseline/train.py": OF_BASELINE,
    "gaussian.sigma": GAUSSIAN,
    "noise.sam": NOISE,                                      # and stages that are new
    "noise.networks": NOISE,
    "sam.rho": SAM,
    "sam_linf.rho": [],                                      # not trained by default
    "sam_multistep.steps": [],
    "noise.robustness.sigmas": ["robustness@*", *NOISE],
    "noise.landscape.points": ["landscape@*", *NOISE],
    "stages/noise/gaussian.py": GAUSSIAN,
    "stages/noise/sam.py": SAM,
    "stages/noise/weights.py": TRAINED,
    "stages/noise/quantisation.py": ["robustness@*", *NOISE],
    "stages/noise/hessian.py": ["landscape@*", *NOISE],
    "stages/noise/about.py": NOISE,
    "stages/noise/claims.py": NOISE,
    "stages/noise/page.py": NOISE,
}
