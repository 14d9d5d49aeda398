"""A network of another size than the baseline, trained as the baseline is."""

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.nets import resnet
from stages.core.params import Training, read
from stages.core.recipe import augmented, fit, keep
from stages.core.stage import main
from stages.ood.params import Capacity


def run(name: str, seed: int):
    size, recipe = read(f"ood.capacities.{name}", Capacity), read("training", Training)
    rng = start(seed)
    role = load_role("objects")
    net = resnet(role, size.depth, size.width)
    title = f"ResNet-{size.depth}, width {size.width}, seed {seed}"
    keep(f"ood/capacity/{name}-{seed}", net, fit(net, augmented(role.train, recipe, rng), recipe, title))


if __name__ == "__main__":
    main(run)
