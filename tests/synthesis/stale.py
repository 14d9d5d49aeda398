"""Edits, and the stages of this experiment that each makes stale (tests/pipeline/test_stale.py)."""

SYNTHESIS = ["synthesis"]
TRANSLATION = ["translation", *SYNTHESIS]
TWO = ["two_class", *TRANSLATION]
GENERATION = ["generation@*", *SYNTHESIS]
INPAINTING = ["inpainting", *SYNTHESIS]
SUPER_RESOLUTION = ["super_resolution", *SYNTHESIS]
SKETCH = ["sketch", *SYNTHESIS]
PAINTING = ["painting", *SYNTHESIS]
BY_SHARED = [*GENERATION, *INPAINTING, *SUPER_RESOLUTION, *SKETCH, *PAINTING]
DRAWN = [*BY_SHARED, *TRANSLATION]
ALL = [*DRAWN, *TWO]

ROWS = {
    "data.objects.source": ALL,
    "compute.threads": ALL,
    "seeds": ALL,
    "training.epochs": ALL,
    "stages/datasets/photos.py": ALL,
    "stages/core/files.py": ALL,
    "stages/core/train.py": ALL,
    "stages/core/attacks.py": ALL,
    "stages/core/scores.py": [*GENERATION, *TRANSLATION],
    "stages/core/quality.py": DRAWN,
    "stages/core/claims.py": SYNTHESIS,
    "stages/core/charts.py": SYNTHESIS,
    "stages/baseline/train.py": BY_SHARED,
    "stages/baseline/robust.py": BY_SHARED,
    "stages/baseline/judge.py": DRAWN,
    "judge.seeds": DRAWN,
    "judge.objects.epochs": DRAWN,
    "robust.depth": ALL,
    "robust.seeds": BY_SHARED,
    "robust.epsilon": BY_SHARED,
    "synthesis.seeds": ALL,
    "synthesis.generation.epsilon": GENERATION,
    "synthesis.inpainting.weight": INPAINTING,
    "synthesis.super_resolution.factors": SUPER_RESOLUTION,
    "synthesis.pairs.second": TWO,
    "synthesis.two_class.epochs": TWO,
    "synthesis.translation.iterations": TRANSLATION,
    "synthesis.sketch.step": SKETCH,
    "synthesis.painting.box": PAINTING,
    "stages/synthesis/descent.py": DRAWN,
    "stages/synthesis/recipe.py": DRAWN,
    "stages/synthesis/fidelity.py": [*INPAINTING, *SUPER_RESOLUTION],
    "stages/synthesis/pairs.py": TWO,
    "stages/synthesis/generation.py": GENERATION,
    "stages/synthesis/two_class.py": TWO,
    "stages/synthesis/translation.py": TRANSLATION,
    "stages/synthesis/about.py": SYNTHESIS,
    "stages/synthesis/claims.py": SYNTHESIS,
    "stages/synthesis/figures.py": SYNTHESIS,
    "stages/synthesis/page.py": SYNTHESIS,
}
