"""Encoders trained by one method without labels, or with them: `supervised`."""

from stages.core.compute import start
from stages.core.errors import UserError
from stages.core.params import Few, among, read
from stages.core.recipe import keep
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.selfsup.images import images
from stages.selfsup.recipe import METHODS, common, of_method


def run(method: str):
    if method not in METHODS:
        raise UserError(f"there is no method `{method}`{among(method, METHODS)}")
    role, setting, options = images(), common(), METHODS[method].options()
    for seed in each_seed(read("selfsup.seeds", Few)):
        rng = start(seed)
        encoder, history = of_method(f"{method}, seed {seed}", METHODS[method], role, options, setting, rng)
        keep(f"selfsup/{method}", seed, encoder, history)


if __name__ == "__main__":
    main(run)
