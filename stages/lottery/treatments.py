"""What makes a ticket win: the values that its weights go back to, their signs, or the zeros around them?

Zhou, Lan, Liu, Yosinski, NeurIPS 2019, https://arxiv.org/abs/1905.01067, sections 3 and 4. The mask is the
global ticket's of round `common_round`, w are the weights at the rewind point. Kept weights become

    reinit      a fresh draw from the distribution of θ_0
    reshuffle   the kept w of their layer in another order
    constant    + or - the standard deviation of w in their layer, by chance

and with `_signed` their values take the signs of w. `frozen` leaves kept weights at w and holds all others at
w, too, instead of at 0. Batch norm and the linear layer are those of the rewind point, and training goes on
from its step. The control is the ticket itself.
"""

import torch

from stages.core.compute import start
from stages.core.errors import UserError
from stages.core.params import Few, among, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.lottery.masks import convolutions
from stages.lottery.recipe import common_round, fit, kept, kept_masks, network, setting


def reinit(w, fresh, mask):
    return fresh


def reshuffle(w, fresh, mask):
    values = w[mask]
    order = torch.randperm(len(values)).to(w.device)
    return w.masked_scatter(mask, values[order])


def constant(w, fresh, mask):
    signs = torch.where(torch.rand_like(w) < 0.5, -1.0, 1.0)
    return w.std(correction=0) * signs


def signed(values):
    """The treatment whose magnitudes are those of `values` and whose signs are those of w."""
    return lambda w, fresh, mask: values(w, fresh, mask).abs() * w.sign()


def frozen(w, fresh, mask):
    return w


TREATMENTS = {
    "reinit": reinit, "reinit_signed": signed(reinit),
    "reshuffle": reshuffle, "reshuffle_signed": signed(reshuffle),
    "constant": constant, "constant_signed": signed(constant),
    "frozen": frozen,
}


@torch.no_grad()
def treat(net, fresh, masks, treatment):
    """Gives the convolutions of `net` new weights; `fresh` is a network drawn anew."""
    others = convolutions(fresh)
    for name, weight in convolutions(net).items():
        weight.copy_(treatment(weight.clone(), others[name], masks[name]))


def run(treatment: str):
    if treatment not in TREATMENTS:
        raise UserError(f"there is no treatment `{treatment}`{among(treatment, TREATMENTS)}")
    given, number = setting(), common_round()
    for seed in each_seed(read("lottery.seeds", Few)):
        start(seed)
        net = kept("rewind", seed)
        masks = kept_masks(f"rounds/{number}/global", seed, net)
        held = {name: w.detach().clone() for name, w in convolutions(net).items()}
        network(given.role)                                  # the second draw; `kept` took the first
        treat(net, network(given.role), masks, TREATMENTS[treatment])
        outside = held if treatment == "frozen" else None
        fit(f"treatments/{treatment}", seed, net, masks, given, given.step, outside)


if __name__ == "__main__":
    main(run)
