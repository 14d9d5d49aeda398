"""What the measuring stages left, for tables, figures and claims."""

from stages.core.results import averaged, stacked

# name -> how tables and legends call it; the control first
NETWORKS = {
    "sgd": "SGD",
    "gaussian": "Gaussian noise",
    "sam": "SAM",
    "sam_multistep": "SAM, more steps",
    "sam_linf": "SAM, L∞",
}


def tensors(kind, seeds):
    """What the stage `kind` measured: network -> name -> float64 array with the seeds first, (s, ...)."""
    return {name: stacked(f"data/noise/{kind}/{name}-{{seed}}.safetensors", seeds) for name in NETWORKS}


def numbers(kind, seeds):
    """The metrics of the stage `kind`: network -> name -> mean over the seeds."""
    return {name: averaged(f"metrics/noise/{kind}/{name}-{{seed}}.json", seeds) for name in NETWORKS}
