"""Controls of the tickets: is it the mask or the initial weights, and is it this mask?

Frankle & Carbin, ICLR 2019, https://arxiv.org/abs/1803.03635, section 1. Both controls have the number of
weights that the global ticket of the round has in every layer:

    reinit    the ticket's mask, and a new network drawn from the distribution of θ_0, trained for all steps
    random    the weights that the ticket is reset to, and a mask drawn by chance
"""

from stages.core.compute import start
from stages.core.params import Few, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.lottery.masks import shuffled
from stages.lottery.recipe import fit, kept, kept_masks, network, setting


def reinitialised(role):
    """A network drawn anew: the second that the seed gives, the dense one being the first."""
    network(role)
    return network(role)


def run(control: str, number: int):
    given = setting()
    for seed in each_seed(read("lottery.seeds", Few)):
        start(seed)
        net = reinitialised(given.role) if control == "reinit" else kept("rewind", seed)
        masks = kept_masks(f"rounds/{number}/global", seed, net)
        name = f"controls/{control}/{number}"
        if control == "reinit":
            fit(name, seed, net, masks, given)
        else:
            fit(name, seed, net, shuffled(masks), given, given.step)


if __name__ == "__main__":
    main(run)
