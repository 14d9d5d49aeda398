"""The network whose matrices are cut: a perceptron on `digits`, trained on labels."""

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.measurements import record
from stages.core.params import Recipe, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.lowrank.nets import perceptron, summary
from stages.lowrank.params import Widths
from stages.lowrank.recipe import judged, train


def run():
    recipe, hidden = read("lowrank.training", Recipe), read("lowrank.hidden", Widths)
    role = load_role("digits")
    for seed in each_seed():
        start(seed)
        net = perceptron(role, hidden)
        train(net, role, recipe, recipe.epochs, seed, "whole")
        found = judged(net, role.test)
        record(f"data/lowrank/whole/{seed}.safetensors", {
            "right": ("image", found["right"]), "confusion": ("digit taken_for", found["confusion"]),
        }, {"summary": summary(net)})


if __name__ == "__main__":
    main(run)
