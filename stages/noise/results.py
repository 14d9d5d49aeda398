"""What the measuring stages left, for tables, figures and claims."""

import numpy as np

from stages.core.files import load, read_json

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
    return {network: _stacked(f"data/noise/{kind}/{network}-", seeds) for network in NETWORKS}


def _stacked(path, seeds):
    runs = [load(f"{path}{seed}.safetensors")[0] for seed in seeds]
    return {name: np.stack([run[name].double().numpy() for run in runs]) for name in runs[0]}


def numbers(kind, seeds):
    """The metrics of the stage `kind`: network -> name -> mean over the seeds (words: those of the first)."""
    return {network: _averaged(f"metrics/noise/{kind}/{network}-", seeds) for network in NETWORKS}


def _averaged(path, seeds):
    runs = [read_json(f"{path}{seed}.json") for seed in seeds]
    return {
        name: value if isinstance(value, str) else float(np.mean([run[name] for run in runs]))
        for name, value in runs[0].items()
    }
