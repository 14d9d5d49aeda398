"""What stages left for every seed, side by side, for tables, figures and claims."""

import numpy as np

from stages.core.files import load, read_json


def stacked(pattern, seeds):
    """Tensors of safetensors files: name -> float64 array with the seeds first, (s, ...).

    `pattern` is the path of a file with {seed} in it.
    """
    runs = [load(pattern.format(seed=seed))[0] for seed in seeds]
    return {name: np.stack([run[name].double().numpy() for run in runs]) for name in runs[0]}


def averaged(pattern, seeds):
    """Numbers of JSON files: name -> mean over the seeds; words and lists are those of the first."""
    runs = [read_json(pattern.format(seed=seed)) for seed in seeds]
    return {
        name: float(np.mean([run[name] for run in runs])) if isinstance(value, int | float) else value
        for name, value in runs[0].items()
    }
