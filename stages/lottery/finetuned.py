"""Pruned and fine-tuned: what pruning was for before tickets.

Han, Pool, Tran, Dally, NeurIPS 2015, https://arxiv.org/abs/1506.02626: the network goes on from the weights
it has; nothing is reset.

    m'  <-  m without the share `fraction` of lowest |θ| that is left
    θ   <-  m' * θ,  trained for as many steps as a dense network, with a smaller learning rate

Weights are ranked globally, as those of tickets.
"""

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.params import Seeds, read
from stages.core.recipe import sgd
from stages.core.stage import main
from stages.lottery.masks import hold, magnitudes, pruned_globally, share
from stages.lottery.params import Finetuned, Fraction, Training
from stages.lottery.recipe import keep, kept, kept_masks, record, trained


def run(number: int, before: int):
    lr = read("lottery.finetuned", Finetuned).lr
    recipe = read("lottery.training", Training).model_copy(update={"lr": lr})
    fraction, seeds = read("lottery.fraction", Fraction), read("seeds", Seeds)
    histories, all_masks = [], []
    for seed in seeds:
        rng = start(seed)
        role = load_role("objects")
        net = kept(f"finetuned/{before}", seed)
        old = kept_masks(f"finetuned/{before}", seed, net)
        masks = pruned_globally(old, magnitudes(net), share(fraction))
        optimizer = sgd(net, recipe)
        hold(net, optimizer, masks)
        title = f"fine-tuned, round {number}, seed {seed}"
        histories.append(trained(title, net, optimizer, role, rng, recipe))
        all_masks.append(masks)
        keep(f"finetuned/{number}", seed, net, masks)
    record(f"finetuned/{number}", seeds, {"finetuned": histories}, {"finetuned": all_masks})


if __name__ == "__main__":
    main(run)
