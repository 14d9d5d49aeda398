"""The network that knows only the first classes of `objects`: every fine-tuning begins with it."""

from stages.core.compute import start
from stages.core.nets import resnet
from stages.core.params import Training, read
from stages.core.recipe import augmented, fit, keep
from stages.core.stage import main
from stages.ood.params import Known
from stages.ood.recipe import known_role


def run(seed: int):
    known, recipe = read("ood.known", Known), read("training", Training)
    recipe = recipe.model_copy(update={"epochs": known.epochs})
    rng = start(seed)
    role = known_role(known.classes)
    net = resnet(role, recipe.depth, recipe.width)
    title = f"the first {known.classes} classes, seed {seed}"
    keep(f"ood/exposure/known-{seed}", net, fit(net, augmented(role.train, recipe, rng), recipe, title))


if __name__ == "__main__":
    main(run)
