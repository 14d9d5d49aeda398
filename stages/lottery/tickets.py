"""Winning tickets: does the initial network hold a small one that learns as well by itself?

Frankle & Carbin, ICLR 2019, https://arxiv.org/abs/1803.03635, section 1 and strategy 1 of appendix B. Each
round takes the network that the round before trained, θ_j under mask m,

    m'  <-  m without the share `fraction` of lowest |θ_j| that is left        prune
    θ   <-  m' * θ_k                                                           reset to step k
    train f(x; m' * θ), the rest of the j steps

`global` ranks all convolutions together, as the paper does with ResNets and VGGs (section 4), `layerwise`
each by itself (appendix I.1). `finetuned` is what pruning was for before tickets (Han, Pool, Tran, Dally,
NeurIPS 2015, https://arxiv.org/abs/1506.02626): it ranks globally and goes on from the weights it has, for as
many steps as the dense network, with a smaller learning rate.
"""

from stages.core.compute import start
from stages.core.params import Few, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.lottery.masks import CHAINS, magnitudes, share
from stages.lottery.params import Finetuned, Fraction
from stages.lottery.recipe import fit, keep, kept, kept_masks, setting


def run(number: int, before: int):
    given, fraction = setting(), read("lottery.fraction", Fraction)
    going_on = setting(lr=read("lottery.finetuned", Finetuned).lr)
    for seed in each_seed(read("lottery.seeds", Few)):
        for chain, prune in CHAINS.items():
            start(seed)
            name, last = f"rounds/{number}/{chain}", f"rounds/{before}/{chain}"
            net = kept(last, seed)
            masks = prune(kept_masks(last, seed, net), magnitudes(net), share(fraction))
            if chain == "finetuned":
                fit(name, seed, net, masks, going_on)
            else:
                net = kept("rewind", seed)
                fit(name, seed, net, masks, given, given.step)
            keep(name, seed, net, masks)


if __name__ == "__main__":
    main(run)
