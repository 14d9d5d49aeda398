"""Networks with every weight matrix at a lower rank: before and after refinement, and without the factors.

truncated      the factors of the trained network's matrices, as they are
refined        trained on from there
random         the control: the same narrow network from torch's own random weights, trained as long

Both are trained by the recipe of the whole network, with a cosine of their own, and see the same batches.
"""

import torch

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.measurements import record
from stages.core.nets import load_net
from stages.core.params import Count, Recipe, read
from stages.core.recipe import weights_path
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.lowrank.factors import decomposed, factorised
from stages.lowrank.nets import Perceptron, perceptron, summary
from stages.lowrank.params import Ranks, Widths
from stages.lowrank.recipe import judged, train


def run(size: str):
    ranks, recipe = read(f"lowrank.ranks.{size}", Ranks), read("lowrank.training", Recipe)
    epochs, hidden = read("lowrank.refinement.epochs", Count), read("lowrank.hidden", Widths)
    role = load_role("digits")
    for seed in each_seed():
        start(seed)
        random = perceptron(role, hidden, ranks)
        whole = load_net(weights_path("lowrank/whole", seed), Perceptron)
        refined = factorised(whole, decomposed(whole), ranks)
        found = {"truncated": judged(refined, role.test)}
        for name, net in {"refined": refined, "random": random}.items():
            train(net, role, recipe, epochs, seed, f"{size}/{name}")
            found[name] = judged(net, role.test)
        arrays = {key: torch.stack([one[key] for one in found.values()]) for key in found["refined"]}
        record(f"data/lowrank/narrow/{size}/{seed}.safetensors", {
            "right": ("network image", arrays["right"]),
            "confusion": ("network digit taken_for", arrays["confusion"]),
        }, {"summary": summary(refined)}, network=list(found))


if __name__ == "__main__":
    main(run)
