"""Edits, and the stages of this experiment that each makes stale (tests/pipeline/test_stale.py)."""

LOWRANK = ["lowrank"]
NARROW = ["narrow@*", "scratch", *LOWRANK]
OF_WHOLE = ["spectrum", *NARROW]
TRAINED = ["whole", *OF_WHOLE]

ROWS = {
    "data.digits.train": TRAINED,
    "stages/datasets/photos.py": TRAINED,
    "compute.threads": TRAINED,
    "seeds": TRAINED,
    "stages/core/files.py": TRAINED,
    "stages/core/train.py": TRAINED,
    "stages/core/scores.py": TRAINED,
    "stages/core/claims.py": LOWRANK,
    "stages/core/charts.py": LOWRANK,
    "lowrank.hidden": TRAINED,
    "lowrank.training.epochs": TRAINED,
    "lowrank.refinement.epochs": NARROW,
    "lowrank.scratch.seeds": ["scratch", *LOWRANK],
    "lowrank.ranks.half": ["narrow@half", "scratch", *LOWRANK],
    "lowrank.ranks.eighth": ["narrow@eighth", "scratch", *LOWRANK],
    "stages/lowrank/nets.py": TRAINED,
    "stages/lowrank/least.py": LOWRANK,
    "stages/lowrank/factors.py": ["spectrum", "narrow@*", *LOWRANK],
    "stages/lowrank/scratch.py": ["scratch", *LOWRANK],
    "stages/lowrank/spectrum.py": ["spectrum", *LOWRANK],
    "stages/lowrank/about.py": LOWRANK,
    "stages/lowrank/claims.py": LOWRANK,
    "stages/lowrank/page.py": LOWRANK,
}
