"""Symmetric cross-entropy with other values of alpha and beta, one of them changed at a time; the first seed
only. There is none of A: one-hot labels know only the product of beta and A.
"""

from stages.core.params import read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.noisy_labels.images import some_of_role
from stages.noisy_labels.params import SYMMETRIC, Sce, Sweep
from stages.noisy_labels.recipe import setting, train


def run():
    settings, values = setting(), read("noisy_labels.sweep", Sweep)
    options, role = read("noisy_labels.methods.sce", Sce), some_of_role(settings.data)
    for seed in each_seed(1):
        for key, several in values:
            for value in several:
                changed = options.model_dump() | {key: value}
                train(f"sweep/{key}_{value}", "sce", changed, role, SYMMETRIC, settings, seed)


if __name__ == "__main__":
    main(run)
