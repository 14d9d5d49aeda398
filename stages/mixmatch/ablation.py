"""MixMatch with one part changed or left out, with the fewest labels: table 4 of Berthelot et al. 2019."""

from stages.core.errors import UserError
from stages.core.params import Few, among, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.mixmatch.images import images
from stages.mixmatch.params import CHANGES, Labels, MixMatch, seeds_of
from stages.mixmatch.recipe import learn, setting


def run(change: str):
    if change not in CHANGES:
        raise UserError(f"there is no change `{change}`{among(change, CHANGES)}")
    settings, number = setting(), read("mixmatch.labels", Labels).main[0]
    few = read("mixmatch.seeds", Few)
    options = read("mixmatch.methods.mixmatch", MixMatch).model_dump() | CHANGES[change]
    role = images(settings.data)
    for seed in each_seed(seeds_of(change, few)):
        learn(f"ablation/{change}", "mixmatch", options, role, number, role.train, settings, seed)


if __name__ == "__main__":
    main(run)
