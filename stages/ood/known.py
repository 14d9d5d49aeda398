"""The network that knows only the first classes of `objects`: every fine-tuning begins with it."""

from stages.core.compute import start
from stages.core.nets import resnet
from stages.core.params import Training, read
from stages.core.recipe import augmented, fit, keep
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.ood.params import Known
from stages.ood.recipe import KNOWN, known_role


def run():
    known = read("ood.known", Known)
    recipe = read("training", Training).model_copy(update={"epochs": known.epochs})
    role = known_role(known.classes)
    for seed in each_seed():
        rng = start(seed)
        net = resnet(role, recipe.depth, recipe.width)
        title = f"the first {known.classes} classes, seed {seed}"
        keep(KNOWN, seed, net, fit(net, augmented(role.train, recipe, rng), recipe, title))


if __name__ == "__main__":
    main(run)
