"""One method with several values of its parameter: which is best, and how much does it matter?

DeVries & Taylor 2017 cut out squares of 16 pixels on CIFAR-10; Zhang et al. 2018 train with alpha = 1, and
the first author advises 0.2 or 0.4 for a ResNet-20; Hendrycks et al. 2019 give the rotation loss a weight of
0.5. The networks may be smaller than the others here, so that all values can be tried; the first value, 0,
is plain training.
"""

import torch

from stages.core.compute import facts
from stages.core.data import load_role
from stages.core.files import save, write_json
from stages.core.params import Training, read
from stages.core.scores import correct, logits
from stages.core.stage import main
from stages.regularization.methods import SWEEPS, SWEPT, Small
from stages.regularization.paths import result_path
from stages.regularization.recipe import trained


def run(method: str, seed: int):
    rest = read(f"regularization.sweeps.{method}", SWEEPS[method]).model_dump()
    values = rest.pop(SWEPT[method])
    small = read("regularization.small", Small)
    recipe, role = read("training", Training).model_copy(update=small.model_dump()), load_role("objects")
    right = []
    for value in values:
        net, *_ = trained(role, recipe, rest | {SWEPT[method]: value}, seed, f"{method} {value:g}")
        right.append(correct(logits(net, role.test.images), role.test.labels))
    right = torch.stack(right)                                               # (values, n)
    save(result_path("sweeps", f"{method}-{seed}"), {"right": right})
    shares = zip(values, right.double().mean(1).tolist(), strict=True)
    accuracies = {f"{value:g}": share for value, share in shares}
    write_json(f"metrics/regularization/sweeps/{method}-{seed}.json", facts() | {"accuracy": accuracies})


if __name__ == "__main__":
    main(run)
