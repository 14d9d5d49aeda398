"""Levels before training: learnt and uniform ones of as many bits, fitted to the same full-precision weights.

Uniform levels are a case of learnt ones, so that these leave the smaller error if their algorithm ends where
it should; by how much depends on the weights.
"""

from stages.core.compute import start
from stages.core.measurements import record
from stages.core.nets import load_net
from stages.core.params import Depth, read
from stages.core.recipe import weights_path
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.quantisation.params import BITS
from stages.quantisation.quantiser import Quantiser
from stages.quantisation.weights import MIDDLES, measures


def fitted(x, bits, levels):
    """A quantiser fitted to weights (c, n)."""
    one = Quantiser(len(x), bits, levels, signed=True)
    one.fit(x)
    return one


def run():
    depth = read("quantisation.depth", Depth)
    for seed in each_seed():
        start(seed)
        whole = load_net(weights_path(f"resnet{depth}/sgd", seed))
        weights = [conv.weight.detach().flatten(1) for one in whole.blocks for conv in (one.conv1, one.conv2)]
        for levels in ("learnt", "uniform"):
            for bits in BITS:
                found = measures(weights, [fitted(x, bits, levels) for x in weights])
                record(f"data/quantisation/fits/{levels}_{bits}/{seed}.safetensors", found, weight=MIDDLES)


if __name__ == "__main__":
    main(run)
