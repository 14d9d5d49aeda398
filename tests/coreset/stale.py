"""Edits, and the stages of this experiment that each makes stale (tests/pipeline/test_stale.py)."""

CORESET = ["coreset"]
SUBSETS = ["subset@*", "budgets", *CORESET]
RANKED = ["ranking@*", *SUBSETS]
OF_PROXY = ["network@proxy", "mislabelled", "cost", *RANKED]
OF_TARGET = ["network@target", "cost", "neighbours", *RANKED]
TRAINED = ["network@*", "mislabelled", *RANKED]
ALL = [*TRAINED, "cost", "neighbours"]

ROWS = {
    "data.digits.train": ALL,
    "stages/datasets/photos.py": ALL,
    "compute.threads": ALL,
    "seeds": TRAINED,
    "stages/core/files.py": ALL,
    "stages/core/train.py": TRAINED,
    "stages/core/nets.py": [*TRAINED, "cost"],
    "stages/core/scores.py": TRAINED,
    "stages/core/claims.py": CORESET,
    "stages/core/charts.py": CORESET,
    "coreset.data.train": ALL,
    "coreset.proxy.epochs": OF_PROXY,
    "coreset.target.epochs": OF_TARGET,
    "coreset.choices": ["budgets", "cost", *CORESET],
    "coreset.every_seed": ["cost", *SUBSETS],
    "coreset.sweep.fractions": ["cost", *SUBSETS],
    "coreset.seeds": ["mislabelled", "cost", *RANKED],
    "coreset.mislabelled": ["mislabelled", "ranking@mislabelled", "cost", "budgets", *CORESET],
    "stages/core/quality.py": RANKED,
    "stages/coreset/order.py": TRAINED,
    "stages/coreset/selection.py": RANKED,
    "stages/coreset/forgetting.py": TRAINED,
    "stages/coreset/images.py": ALL,
    "stages/coreset/subset.py": ["subset@*", *CORESET],
    "stages/coreset/work.py": ["budgets", *CORESET],
    "stages/coreset/neighbours.py": ["neighbours", *CORESET],
    "stages/coreset/about.py": CORESET,
    "stages/coreset/claims.py": CORESET,
    "stages/coreset/figures.py": CORESET,
    "stages/coreset/page.py": CORESET,
}
