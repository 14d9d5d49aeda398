"""What a weight matrix can spare: its singular values, and accuracy with it alone at every rank."""

import torch

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.measurements import record
from stages.core.nets import load_net
from stages.core.recipe import weights_path
from stages.core.scores import correct, logits
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.lowrank.factors import decomposed, factorised, left_out
from stages.lowrank.nets import Perceptron


def at_every_rank(net, triples, number, test):
    """Which test images are right with one layer's matrix at rank 1 ... r, all others whole: (r, n)."""
    others = [None] * len(triples)
    return torch.stack([
        correct(logits(factorised(net, triples, [*others[:number], k, *others[number + 1 :]]), test.images),
                test.labels)
        for k in range(1, len(triples[number][1]) + 1)
    ])


@torch.no_grad()
def run():
    role = load_role("digits")
    for seed in each_seed():
        start(seed)
        net = load_net(weights_path("lowrank/whole", seed), Perceptron)
        triples = decomposed(net)
        for number, (_, s, _) in enumerate(triples):
            record(f"data/lowrank/spectrum/{number + 1}/{seed}.safetensors", {
                "singular": ("rank", s), "left_out": ("rank", left_out(s)),
                "right": ("rank image", at_every_rank(net, triples, number, role.test)),
            }, rank=range(1, len(s) + 1))


if __name__ == "__main__":
    main(run)
