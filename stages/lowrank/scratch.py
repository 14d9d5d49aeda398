"""A longer control: narrow networks from random weights for as many epochs as the factors have had in all.

In `narrow`, what begins with factors has the training of the whole network behind it. Here the same narrow
networks as its `random` ones are trained by the same recipe for the epochs of both together.
"""

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.measurements import record
from stages.core.params import read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.lowrank.nets import perceptron
from stages.lowrank.params import Lowrank
from stages.lowrank.recipe import judged, train


def run():
    settings, role = read("lowrank", Lowrank), load_role("digits")
    epochs = settings.training.epochs + settings.refinement.epochs
    for seed in each_seed(settings.scratch.seeds):
        for size, ranks in settings.ranks:
            start(seed)
            net = perceptron(role, settings.hidden, ranks)
            train(net, role, settings.training, epochs, seed, f"scratch/{size}")
            right = judged(net, role.test)["right"]
            record(f"data/lowrank/scratch/{size}/{seed}.safetensors", {"right": ("image", right)})


if __name__ == "__main__":
    main(run)
