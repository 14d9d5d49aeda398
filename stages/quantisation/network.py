"""Networks of few bits: learnt levels of weights and of activations, and what they are compared with.

`full` has no quantiser and is trained on alike: what the others lose against it is lost to quantising.
"""

from stages.core.params import Few, checked, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.quantisation.params import Name, setting
from stages.quantisation.recipe import train
from stages.quantisation.weights import measures


def measured(net):
    """What is recorded of quantised weights."""
    convs = [conv for conv in net.convolutions() if conv.of_weights]
    if not convs:
        return {}
    return measures([conv.weight.flatten(1) for conv in convs], [conv.of_weights for conv in convs])


def run(name: str):
    quantisers = setting(checked("quantisation.networks", name, Name))
    few = read("quantisation.seeds", Few)
    for seed in each_seed(None if name in read("quantisation.every_seed", list[Name]) else few):
        train(f"networks/{name}", seed, measured, **quantisers)


if __name__ == "__main__":
    main(run)
