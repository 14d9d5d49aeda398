"""The highest test accuracy: the best combination, trained for longer, and the plain network as its control.

`best` is the combination that gets most of the first half of the test images right, on average over seeds,
with its own methods; what is reported of it is counted on the second half.
"""

from stages.core.data import load_role
from stages.core.files import save
from stages.core.params import Seeds, Training, read
from stages.core.recipe import keep
from stages.core.scores import accuracy, logits
from stages.core.stage import main
from stages.regularization.choice import best, clean_logits, labels, percent_right
from stages.regularization.methods import Longer, Networks
from stages.regularization.paths import COMBINATIONS, PLAIN, result_path
from stages.regularization.recipe import trained


def run(network: str, seed: int):
    if network == "best":
        networks = read("regularization.networks", Networks).model_dump()
        name = best(percent_right(clean_logits(read("seeds", Seeds)), labels()), COMBINATIONS)
        methods = networks[name]
    else:
        name, methods = PLAIN, {}
    longer = read("regularization.longer", Longer)
    recipe, role = read("training", Training).model_copy(update=longer.model_dump()), load_role("objects")
    net, _, history = trained(role, recipe, methods, seed, f"longer: {name}")
    z = logits(net, role.test.images)
    save(result_path("longer", f"{network}-{seed}"), {"logits": z})
    keep(
        f"regularization/longer/{network}-{seed}", net, history,
        network=name, methods=methods, test_accuracy=accuracy(z, role.test.labels),
    )


if __name__ == "__main__":
    main(run)
