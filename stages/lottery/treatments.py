"""What makes a ticket win: the values that its weights go back to, their signs, or the zeros around them?

Zhou, Lan, Liu, Yosinski, NeurIPS 2019, https://arxiv.org/abs/1905.01067, sections 3 and 4. The mask is the
global ticket's of round `common_round`, w are the weights at the rewind point. Kept weights become

    reinit      a fresh draw from the distribution of θ_0
    reshuffle   the kept w of their layer in another order
    constant    + or - the standard deviation of w in their layer, by chance

and with `_signed` their values take the signs of w. These are not what a network had become by the rewind
point, so they are trained for all steps, with the initial batch norm and linear layer. `frozen` leaves kept
weights at w and holds all others at w, too, instead of at 0; training goes on from the rewind point. The
control is the ticket itself.
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


TREATMENTS = {
    "reinit": reinit, "reinit_signed": signed(reinit),
    "reshuffle": reshuffle, "reshuffle_signed": signed(reshuffle),
    "constant": constant, "constant_signed": signed(constant),
}


@torch.no_grad()
def treat(net, early, fresh, masks, treatment):
    """Gives the convolutions of `net` new weights, made of w in `early` and of `fresh`, a network drawn anew.
    """
    w, others = convolutions(early), convolutions(fresh)
    for name, weight in convolutions(net).items():
        weight.copy_(treatment(w[name], others[name], masks[name]))


def run(treatment: str):
    known = [*TREATMENTS, "frozen"]
    if treatment not in known:
        raise UserError(f"there is no treatment `{treatment}`{among(treatment, known)}")
    given, number = setting(), common_round()
    for seed in each_seed(read("lottery.seeds", Few)):
        start(seed)
        early, name = kept("rewind", seed), f"treatments/{treatment}"
        masks = kept_masks(f"rounds/{number}/global", seed, early)
        if treatment == "frozen":
            held = {layer: w.detach().clone() for layer, w in convolutions(early).items()}
            fit(name, seed, early, masks, given, given.step, held)
        else:
            net = kept("initial", seed)                      # the second draw, the controls'; a third follows
            treat(net, early, network(given.role), masks, TREATMENTS[treatment])
            fit(name, seed, net, masks, given)


if __name__ == "__main__":
    main(run)
