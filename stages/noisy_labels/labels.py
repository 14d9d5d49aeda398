"""The labels that networks are trained on, for each noise; those of held-out images are as wrong."""

import numpy as np
import torch

from stages.core.measurements import record
from stages.core.params import read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.noisy_labels.human import human
from stages.noisy_labels.images import labels_path, some_of_role
from stages.noisy_labels.noise import PAIRS, asymmetric, confusion, symmetric
from stages.noisy_labels.params import Data, Noises


def given(name, true, classes, data, rng):
    """Labels by the noise of this name; `true` is an array, int64 (n,)."""
    kind, _, what = name.partition("_")
    if kind == "human":
        return human(what, read("noisy_labels.human", str), true)
    made = []
    for part in np.split(true, [len(true) - data.validation]):
        if kind == "symmetric":
            part = symmetric(part, int(what) / 100, classes, rng)
        elif kind == "asymmetric":
            part = asymmetric(part, int(what) / 100, PAIRS[data.role], rng)
        made.append(part)
    return np.concatenate(made)


def run():
    data, noises = read("noisy_labels.data", Data), read("noisy_labels.noises", Noises)
    role = some_of_role(data)
    true, classes = role.train.labels.cpu(), len(role.classes)
    n = len(true) - data.validation
    for seed in each_seed():
        for name in noises.each:
            rng = np.random.default_rng(seed)
            labels = torch.from_numpy(given(name, true.numpy(), classes, data, rng)).to("cpu")
            record(labels_path(name, seed), {
                "given": ("image", labels),
                "confusion": ("class given_as", confusion(true[:n], labels[:n], classes)),
            })


if __name__ == "__main__":
    main(run)
