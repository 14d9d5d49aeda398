"""A network of another size than the baseline, trained as the baseline is."""

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.nets import resnet
from stages.core.params import Training, read
from stages.core.recipe import augmented, fit, keep
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.ood.recipe import capacity_name, resized


def run(network: str):
    recipe, role = resized(read("training", Training), network), load_role("objects")
    for seed in each_seed():
        rng = start(seed)
        net = resnet(role, recipe.depth, recipe.width)
        title = f"ResNet-{recipe.depth}, width {recipe.width}, seed {seed}"
        history = fit(net, augmented(role.train, recipe, rng), recipe, title)
        keep(capacity_name(network), seed, net, history)


if __name__ == "__main__":
    main(run)
