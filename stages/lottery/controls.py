"""Controls of the tickets: is it the mask or the initial weights, and is it this mask?

Frankle & Carbin, ICLR 2019, https://arxiv.org/abs/1803.03635, section 1. Both controls have the number of
weights that the global ticket of the round has in every layer:

    reinit    the ticket's mask, and a new network drawn from the distribution of θ_0, trained for all steps
    random    the weights that the ticket is reset to, and a mask drawn by chance
"""

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.params import Seeds, read
from stages.core.recipe import sgd
from stages.core.stage import main
from stages.lottery.masks import hold, shuffled
from stages.lottery.params import Step, Training
from stages.lottery.recipe import kept, kept_masks, network, record, trained


def reinitialised(role):
    """A network drawn anew: the second that the seed gives, the dense one being the first."""
    network(role)
    return network(role)


def run(control: str, number: int):
    recipe, seeds = read("lottery.training", Training), read("seeds", Seeds)
    step = 0 if control == "reinit" else read("lottery.rewind_step", Step)
    histories, all_masks = [], []
    for seed in seeds:
        rng = start(seed)
        role = load_role("objects")
        net = reinitialised(role) if control == "reinit" else kept("rewind", seed)
        masks = kept_masks(f"global/{number}", seed, net)
        if control == "random":
            masks = shuffled(masks)
        optimizer = sgd(net, recipe)
        hold(net, optimizer, masks)
        title = f"{control}, round {number}, seed {seed}"
        histories.append(trained(title, net, optimizer, role, rng, recipe, step))
        all_masks.append(masks)
    record(f"{control}/{number}", seeds, {control: histories}, {control: all_masks})


if __name__ == "__main__":
    main(run)
