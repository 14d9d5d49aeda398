"""One method with several values of its parameter: which is best, and how much does it matter?

DeVries & Taylor 2017 cut out squares of 16 pixels on CIFAR-10; Zhang et al. 2018 train with alpha = 1, and
the first author advises 0.2 or 0.4 for a ResNet-20; Hendrycks et al. 2019 give the rotation loss a weight of
0.5. The networks may be smaller than the others here, so that many values can be tried; `plain` is their
control.
"""

from stages.core.measurements import record
from stages.core.params import checked, read
from stages.core.scores import correct, logits
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.regularization.methods import PLAIN, SWEPT, Small, Variant, swept
from stages.regularization.recipe import trained
from stages.regularization.setting import objects, training_recipe


def methods_of(variant, share):
    """The values of a variant's method, as a section of `regularization.networks` has them."""
    if variant == PLAIN:
        return {}
    method, value = swept(variant)
    return {SWEPT[method]: value, "share": share}


def run(variant: str):
    checked("regularization.sweep", variant, Variant)
    small = read("regularization.small", Small)
    role, recipe = objects(), training_recipe(**small.model_dump(exclude={"share", "seeds"}))
    for seed in each_seed(small.seeds):
        net, *_ = trained(role, recipe, methods_of(variant, small.share), seed, variant)
        right = correct(logits(net, role.test.images), role.test.labels)
        record(f"data/regularization/sweep/{variant}/{seed}.safetensors", {"right": ("image", right)})


if __name__ == "__main__":
    main(run)
