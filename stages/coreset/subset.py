"""The target on the images that a choice keeps: a half, and of some choices other fractions.

It is trained for as many epochs as on all images, so in steps as much shorter as there are fewer.
"""

from stages.core.params import Few, read
from stages.core.seeds import each_seed, listed
from stages.core.stage import main
from stages.coreset.images import images
from stages.coreset.params import Choices, Network, Sweep, fractions
from stages.coreset.recipe import learn_part, order_of


def run(choice: str):
    recipe, sweep = read("coreset.target", Network), read("coreset.sweep", Sweep)
    few, every = read("coreset.seeds", Few), read("coreset.every_seed", Choices)
    role = images(recipe.pool)
    for seed in each_seed(None if choice in every else few):
        for fraction in fractions(sweep, choice, seed in listed(few)):
            learn_part(f"subsets/{choice}/{fraction}", seed, role, recipe, fraction, order_of(choice, seed))


if __name__ == "__main__":
    main(run)
