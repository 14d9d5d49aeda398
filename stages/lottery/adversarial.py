"""Tickets of networks that are trained to withstand attacks: do they learn that, too?

Madry et al., ICLR 2018, https://arxiv.org/abs/1706.06083, equation 2.1:

    min_θ E max_{|x' - x| <= ε} L(f(x'; θ), y)

The inner maximum is sought by projected gradient descent (stages/core/attacks.py), from a random start, with
the network in evaluation mode; by default in a single step, as Wong, Rice, Kolter do, ICLR 2020,
https://arxiv.org/abs/2001.03994. The dense network is trained so, pruned globally by magnitude at once, reset
and trained so again; the control has the ticket's mask and weights drawn anew.
"""

from functools import partial

import torch

from stages.core.attacks import adversarial, attacked
from stages.core.compute import start
from stages.core.data import load_role
from stages.core.params import Seeds, read
from stages.core.recipe import sgd
from stages.core.scores import correct, logits
from stages.core.stage import main
from stages.lottery.masks import hold, magnitudes, pruned_globally, share, whole
from stages.lottery.params import Adversarial, Step, Training
from stages.lottery.recipe import network, record, remembering, trained


def right_under(net, split, attack):
    """Which images of a split are right when attacked: bool (n,)."""
    images = attacked(net.eval(), split, **attack)
    return correct(logits(net, images), split.labels)


def tickets(seed, role, settings, recipe, step):
    """Trains the three networks; yields the name, the history, the masks and the network of each."""
    loss = partial(adversarial, random_start=True, **settings.attack.model_dump())

    def fit(name, net, masks, first, optimizer, extra=None):
        hold(net, optimizer, masks)
        title = f"adversarial, {name}, seed {seed}"
        return name, trained(title, net, optimizer, role, start(seed), recipe, first, loss, extra), masks, net

    start(seed)
    net, fresh = network(role), network(role)
    optimizer = sgd(net, recipe)
    extra = remembering(step, net, optimizer)
    yield fit("dense", net, whole(net), 0, optimizer, extra)
    masks = pruned_globally(whole(net), magnitudes(net), share(settings.fraction))
    net.load_state_dict(extra["point"])
    yield fit("ticket", net, masks, step, sgd(net, recipe))
    yield fit("reinit", fresh, masks, 0, sgd(fresh, recipe))


def run():
    settings, seeds = read("lottery.adversarial", Adversarial), read("seeds", Seeds)
    recipe, step = read("lottery.training", Training), read("lottery.rewind_step", Step)
    histories, all_masks, robust = {}, {}, {}
    for seed in seeds:
        role = load_role("objects")
        test = role.test.first(settings.images, "lottery.adversarial.images")
        for name, history, masks, net in tickets(seed, role, settings, recipe, step):
            histories.setdefault(name, []).append(history)
            all_masks.setdefault(name, []).append(masks)
            right = right_under(net, test, settings.evaluation.model_dump())
            robust.setdefault(f"{name}_robust", []).append(right)
    robust = {name: torch.stack(runs) for name, runs in robust.items()}
    record("adversarial", seeds, histories, all_masks, **robust)


if __name__ == "__main__":
    main(run)
