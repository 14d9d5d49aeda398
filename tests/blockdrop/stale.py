"""Edits, and the stages of this experiment that each makes stale (tests/pipeline/test_stale.py)."""

BLOCKDROP = ["blockdrop"]
JOINT = ["joint@*", *BLOCKDROP]
OF_POLICIES = ["curriculum", *JOINT]
MEASURED = ["lesions@*", "paths", *OF_POLICIES]
TRAINED = ["trained@*", *MEASURED]

ROWS = {
    "data.digits.train": TRAINED,
    "stages/datasets/photos.py": TRAINED,
    "compute.threads": TRAINED,
    "seeds": TRAINED,
    "stages/core/files.py": TRAINED,
    "stages/core/train.py": TRAINED,
    "stages/core/scores.py": TRAINED,
    "stages/core/claims.py": BLOCKDROP,
    "stages/core/charts.py": BLOCKDROP,
    "blockdrop.shape.width": ["trained@*", *MEASURED],
    "blockdrop.training.lr": TRAINED,
    "blockdrop.dropping.survival": TRAINED,
    "blockdrop.lesions.draws": ["lesions@*", *JOINT],        # which spares blocks for one set
    "blockdrop.paths.draws": ["paths", *BLOCKDROP],
    "blockdrop.policy.exploration": OF_POLICIES,
    "blockdrop.curriculum.gamma": OF_POLICIES,
    "blockdrop.joint.epochs": JOINT,
    "blockdrop.gammas.sparing.gamma": ["joint@sparing", *BLOCKDROP],
    "stages/blockdrop/nets.py": TRAINED,
    "stages/blockdrop/gates.py": TRAINED,
    "stages/blockdrop/lesions.py": ["lesions@*", *JOINT],
    "stages/blockdrop/paths.py": ["paths", *BLOCKDROP],
    "stages/blockdrop/policy.py": OF_POLICIES,
    "stages/blockdrop/joint.py": JOINT,
    "stages/blockdrop/about.py": BLOCKDROP,
    "stages/blockdrop/claims.py": BLOCKDROP,
    "stages/blockdrop/page.py": BLOCKDROP,
}
