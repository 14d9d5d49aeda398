"""Bases from which bits vanish, so that every channel has as many as it needs: our own extension.

All begin with as many bits; the stronger the threshold (quantiser.py), the fewer are left.
"""

import torch

from stages.core.params import Few, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.quantisation.params import Sparse
from stages.quantisation.recipe import train


def bits_left(net):
    """Of every layer the mean bits of a weight, and the layer's share of all weights, for `record`."""
    convs = net.convolutions()
    bits = torch.stack([conv.of_weights.kept.sum(1).mean() for conv in convs])
    share = torch.tensor([float(conv.weight.numel()) for conv in convs], device="cpu")
    return {"bits": ("layer", bits), "share": ("layer", share / share.sum())}


def run():
    sparse = read("quantisation.sparse", Sparse)
    for seed in each_seed(read("quantisation.seeds", Few)):
        for strength in sparse.strengths:
            train(f"sparse/{strength}", seed, bits_left, weights=sparse.weights, strength=strength)


if __name__ == "__main__":
    main(run)
