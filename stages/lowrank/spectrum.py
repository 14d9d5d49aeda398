"""What a weight matrix can spare: its singular values, and accuracy with it alone at every rank."""

import copy

import torch

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.measurements import record
from stages.core.nets import load_net
from stages.core.recipe import weights_path
from stages.core.scores import correct, logits
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.lowrank.factors import decomposed, left_out
from stages.lowrank.nets import Perceptron


@torch.no_grad()
def at_every_rank(net, triple, number, test):
    """Which test images are right with one layer's matrix at rank 1 ... r, all others whole: (r, n)."""
    net, found = copy.deepcopy(net), []
    weight = net.layers[number].weight.zero_()
    for u, s, v in zip(triple[0].T, triple[1], triple[2], strict=True):
        weight += (s * torch.outer(u, v)).to(weight)         # W_k = W_(k-1) + s_k u_k v_k'
        found.append(correct(logits(net, test.images), test.labels))
    return torch.stack(found)


def run():
    role = load_role("digits")
    for seed in each_seed():
        start(seed)
        net = load_net(weights_path("lowrank/whole", seed), Perceptron)
        for number, triple in enumerate(decomposed(net)):
            record(f"data/lowrank/spectrum/{number + 1}/{seed}.safetensors", {
                "singular": ("rank", triple[1]), "left_out": ("rank", left_out(triple[1])),
                "right": ("rank image", at_every_rank(net, triple, number, role.test)),
            }, rank=range(1, len(triple[1]) + 1))


if __name__ == "__main__":
    main(run)
