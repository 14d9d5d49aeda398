"""Networks trained by one method with few labels, for each number of labels that it is tried with."""

from stages.core.errors import UserError
from stages.core.params import Few, among, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.mixmatch.images import images
from stages.mixmatch.params import MAIN, METHODS, Labels
from stages.mixmatch.recipe import learn, setting


def run(method: str):
    if method not in METHODS:
        raise UserError(f"there is no method `{method}`{among(method, METHODS)}")
    settings, labels, few = setting(), read("mixmatch.labels", Labels), read("mixmatch.seeds", Few)
    options = read(f"mixmatch.methods.{method}", METHODS[method]).model_dump()
    role = images(settings.data)
    for seed in each_seed(None if method in MAIN else few):
        for number in labels.of(method):
            learn(f"{method}/{number}", method, options, role, number, role.train, settings, seed)


if __name__ == "__main__":
    main(run)
