"""One method with several values of its parameter: which is best, and how much does it matter?

DeVries & Taylor 2017 cut out squares of 16 pixels on CIFAR-10; Zhang et al. 2018 train with alpha = 1, and
the first author advises 0.2 or 0.4 for a ResNet-20; Hendrycks et al. 2019 give the rotation loss a weight of
0.5. The networks may be smaller than the others here, so that many values can be tried; `plain` is their
control.
"""

from stages.core.compute import facts
from stages.core.data import load_role
from stages.core.files import save, write_json
from stages.core.params import Training, checked, read
from stages.core.scores import accuracy, correct, logits
from stages.core.stage import main
from stages.regularization.methods import SWEPT, Small, Variant, swept
from stages.regularization.paths import PLAIN, result_path
from stages.regularization.recipe import trained


def methods_of(variant, share):
    """The values of a variant's method, as a section of `regularization.networks` has them."""
    if variant == PLAIN:
        return {}
    method, value = swept(variant)
    return {SWEPT[method]: value, "share": share}


def run(variant: str, seed: int):
    checked("regularization.sweep", variant, Variant)
    small = read("regularization.small", Small)
    recipe = read("training", Training).model_copy(update=small.model_dump(exclude={"share"}))
    role = load_role("objects")
    net, *_ = trained(role, recipe, methods_of(variant, small.share), seed, variant)
    z = logits(net, role.test.images)
    save(result_path("sweep", f"{variant}-{seed}"), {"right": correct(z, role.test.labels)})
    write_json(f"metrics/regularization/sweep/{variant}-{seed}.json",
               facts() | {"accuracy": accuracy(z, role.test.labels)})


if __name__ == "__main__":
    main(run)
