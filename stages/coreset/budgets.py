"""The target at equal budgets: a half for as many steps as all images have, and all images for as much work
as selection takes, the proxy included.

The first tells what is chosen from how long is trained. The second asks whether selection is worth its work:
fewer epochs on all images need no proxy.
"""

from stages.core.measurements import recorded
from stages.core.params import read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.coreset.images import images
from stages.coreset.params import COMPARED, HALF, Coreset
from stages.coreset.recipe import learn_part, order_of
from stages.coreset.work import as_many_steps, as_much_work


def run():
    settings = read("coreset", Coreset)
    role = images(settings.target.pool)
    longer = as_many_steps(settings)
    shorter = as_much_work(settings, recorded("data/coreset/cost.safetensors"))
    for seed in each_seed(settings.seeds):
        for choice in COMPARED:
            learn_part(f"same_steps/{choice}", seed, role, longer, HALF, order_of(choice, seed))
        learn_part("same_work", seed, role, shorter)


if __name__ == "__main__":
    main(run)
