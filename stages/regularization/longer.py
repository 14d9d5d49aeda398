"""The highest test accuracy: the best combination, trained for longer, and the plain network as its control.

`best` is the combination that gets most of one half of the test images right, on average over seeds, with its
own methods; what is reported of it is counted on the other half.
"""

from stages.core.claims import best, halves
from stages.core.measurements import measured, record
from stages.core.params import Few, read
from stages.core.recipe import keep
from stages.core.scores import correct, logits
from stages.core.seeds import each_seed, listed
from stages.core.stage import main
from stages.regularization.methods import COMBINATIONS, PLAIN, Longer, Networks
from stages.regularization.recipe import trained
from stages.regularization.setting import objects, training_recipe

CLEAN = "data/regularization/clean/{network}/{seed}.safetensors"


def best_combination(most):
    """The name of the best combination, by one half of the test images and the first `most` seeds, and the
    values of its methods.
    """
    right = measured(CLEAN, network=COMBINATIONS, seed=listed(most)).right
    name = best(halves(right)[0], COMBINATIONS)
    return name, read("regularization.networks", Networks).model_dump()[name]


def run(network: str):
    most = read("regularization.seeds", Few)
    name, methods = best_combination(most) if network == "best" else (PLAIN, {})
    role, recipe = objects(), training_recipe(epochs=read("regularization.longer", Longer).epochs)
    for seed in each_seed(most):
        net, _, history = trained(role, recipe, methods, seed, f"longer: {name}")
        right = correct(logits(net, role.test.images), role.test.labels)
        record(f"data/regularization/longer/{network}/{seed}.safetensors", {"right": ("image", right)},
               {"chosen": name})
        keep(f"regularization/longer/{network}", seed, net, history)


if __name__ == "__main__":
    main(run)
