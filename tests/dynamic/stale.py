"""Edits, and the stages of this experiment that each makes stale (tests/pipeline/test_stale.py)."""

DYNAMIC = ["dynamic"]
LOOKED = ["attention", "attacks", *DYNAMIC]
OF_KERNELS = ["kernels@*", "adversarial", *LOOKED]
OF_GATES = ["gates@*", "adversarial", "attacks", *DYNAMIC]
OF_PLAIN = ["narrow", "adversarial", "attacks", *DYNAMIC]
TRAINED = [*OF_KERNELS, *OF_GATES, *OF_PLAIN]
ALL = ["cost", *TRAINED]
FOUR = ["kernels@four", "cost", "adversarial", *LOOKED]
MEDIUM = ["gates@medium", "adversarial", "attacks", *DYNAMIC]

ROWS = {
    "data.objects.source": ALL,
    "compute.threads": ALL,
    "seeds": TRAINED,
    "stages/datasets/photos.py": ALL,
    "stages/core/files.py": ALL,
    "stages/core/train.py": ALL,
    "stages/core/seeds.py": TRAINED,
    "stages/core/scores.py": TRAINED,
    "stages/core/attacks.py": ["adversarial", "attacks", *DYNAMIC],
    "stages/core/claims.py": DYNAMIC,
    "stages/core/charts.py": DYNAMIC,
    "dynamic.seeds": OF_PLAIN,
    "dynamic.training.epochs": ALL,
    "dynamic.kernels.annealing": OF_KERNELS,
    "dynamic.kernels.networks.four.kernels": FOUR,
    "dynamic.kernels.networks.two.temperature": ["kernels@two", "cost", *DYNAMIC],
    "dynamic.gates.prior.a": OF_GATES,
    "dynamic.gates.networks.medium.price": MEDIUM,
    "dynamic.gates.networks.unshaped.price": ["gates@unshaped", *DYNAMIC],
    "dynamic.narrow.wider": ["narrow", "cost", *DYNAMIC],
    "dynamic.tsne.perplexity": ["attention", *DYNAMIC],
    "dynamic.adversarial.epochs": ["adversarial", "attacks", *DYNAMIC],
    "dynamic.attacks.iterations": ["attacks", *DYNAMIC],
    "stages/dynamic/convolution.py": ["cost", *OF_KERNELS],
    "stages/dynamic/shaping.py": OF_GATES,
    "stages/dynamic/gating.py": [*OF_GATES],
    "stages/dynamic/recipe.py": ALL,
    "stages/dynamic/narrow.py": OF_PLAIN,
    "stages/dynamic/cost.py": ["cost", *DYNAMIC],
    "stages/dynamic/attacks.py": ["attacks", *DYNAMIC],
    "stages/dynamic/attention.py": ["attention", *DYNAMIC],
    "stages/dynamic/about.py": DYNAMIC,
    "stages/dynamic/claims.py": DYNAMIC,
    "stages/dynamic/page.py": DYNAMIC,
}
