"""Winning tickets: does the initial network hold a small one that learns as well by itself?

Frankle & Carbin, ICLR 2019, https://arxiv.org/abs/1803.03635, section 1 and strategy 1 of appendix B. Each
round takes the network that the round before trained, θ_j under mask m,

    m'  <-  m without the share `fraction` of lowest |θ_j| that is left        prune
    θ   <-  m' * θ_k                                                           reset to step k
    train f(x; m' * θ), the rest of the j steps

With the scope `global` all convolutions are ranked together, as the paper does with ResNets and VGGs (section
4); with `layerwise` each by itself (appendix I.1).
"""

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.params import Seeds, read
from stages.core.recipe import sgd
from stages.core.stage import main
from stages.lottery.masks import SCOPES, hold, magnitudes, share
from stages.lottery.params import Fraction, Step, Training
from stages.lottery.recipe import keep, kept, kept_masks, record, trained


def run(scope: str, number: int, before: int):
    recipe, seeds = read("lottery.training", Training), read("seeds", Seeds)
    fraction, step = read("lottery.fraction", Fraction), read("lottery.rewind_step", Step)
    histories, all_masks = [], []
    for seed in seeds:
        rng = start(seed)
        role = load_role("objects")
        net = kept(f"{scope}/{before}", seed)
        masks = SCOPES[scope](kept_masks(f"{scope}/{before}", seed, net), magnitudes(net), share(fraction))
        net = kept("rewind", seed)
        optimizer = sgd(net, recipe)
        hold(net, optimizer, masks)
        title = f"ticket, {scope}, round {number}, seed {seed}"
        histories.append(trained(title, net, optimizer, role, rng, recipe, step))
        all_masks.append(masks)
        keep(f"{scope}/{number}", seed, net, masks)
    record(f"{scope}/{number}", seeds, {scope: histories}, {scope: all_masks})


if __name__ == "__main__":
    main(run)
