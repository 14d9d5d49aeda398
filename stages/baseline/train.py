"""The network that experiments share: a ResNet on `objects`, trained by plain SGD."""

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.nets import resnet
from stages.core.params import Training, read
from stages.core.recipe import augmented, fit, keep
from stages.core.seeds import each_seed
from stages.core.stage import main


def run(depth: int):
    recipe, role = read("training", Training), load_role("objects")
    for seed in each_seed():
        rng = start(seed)
        net = resnet(role, depth, recipe.width)
        history = fit(net, augmented(role.train, recipe, rng), recipe, f"ResNet-{depth}, seed {seed}")
        keep(f"resnet{depth}/sgd", seed, net, history)


if __name__ == "__main__":
    main(run)
