"""Tickets of networks that are trained to withstand attacks: do they learn that, too?

Madry et al., ICLR 2018, https://arxiv.org/abs/1706.06083, equation 2.1:

    min_θ E max_{|x' - x| <= ε} L(f(x'; θ), y)

The inner maximum is sought by projected gradient descent (stages/core/attacks.py), from a random start, with
the network in evaluation mode; by default in a single step, as Wong, Rice, Kolter do, ICLR 2020,
https://arxiv.org/abs/2001.03994. The dense network is trained so, pruned globally by magnitude at once, reset
and trained so again; the control has the ticket's mask and weights drawn anew.
"""

from functools import partial

from stages.core.attacks import adversarial, attacked
from stages.core.compute import start
from stages.core.params import read
from stages.core.recipe import sgd
from stages.core.scores import correct, logits
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.lottery.masks import hold, magnitudes, pruned_globally, share, whole
from stages.lottery.params import Adversarial
from stages.lottery.recipe import Remembering, network, note, setting, trained


def right_under(net, split, attack):
    """Which images of a split are right when attacked: bool (n,)."""
    images = attacked(net.eval(), split, **attack)
    return correct(logits(net, images), split.labels)


def tickets(seed, given, settings):
    """Trains the three networks; yields the name, the network, its masks and its history."""
    loss = partial(adversarial, random_start=True, **settings.attack.model_dump())

    def fit(name, net, masks, first, optimizer, extra=None):
        hold(net, optimizer, masks)
        title = f"adversarial, {name}, seed {seed}"
        return name, net, masks, trained(title, net, optimizer, given, start(seed), first, loss, extra)

    start(seed)
    net, fresh = network(given.role), network(given.role)
    optimizer = Remembering(net, sgd(net, given.recipe), given.step)
    yield fit("dense", net, whole(net), 0, optimizer, optimizer.extra)
    masks = pruned_globally(whole(net), magnitudes(net), share(settings.fraction))
    net.load_state_dict(optimizer.extra["point"])
    yield fit("ticket", net, masks, given.step, sgd(net, given.recipe))
    yield fit("reinit", fresh, masks, 0, sgd(fresh, given.recipe))


def run():
    settings = read("lottery.adversarial", Adversarial)
    given = setting(epochs=settings.epochs)
    test = given.role.test.first(settings.images, "lottery.adversarial.images")
    for seed in each_seed(settings.seeds):
        for name, net, masks, history in tickets(seed, given, settings):
            robust = right_under(net, test, settings.evaluation.model_dump())
            note(f"adversarial/{name}", seed, net, masks, history, test, robust=("image", robust))


if __name__ == "__main__":
    main(run)
