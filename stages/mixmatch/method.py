"""Networks trained by one method with few labels, for each number of labels that it is tried with."""

from stages.core.errors import UserError
from stages.core.params import among, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.mixmatch.images import images
from stages.mixmatch.params import METHODS, Labels
from stages.mixmatch.recipe import learn, setting


def run(method: str):
    if method not in METHODS:
        raise UserError(f"there is no method `{method}`{among(method, METHODS)}")
    settings, labels = setting(), read("mixmatch.labels", Labels)
    options = read(f"mixmatch.methods.{method}", METHODS[method]).model_dump()
    role = images(settings.data)
    for seed in each_seed():
        for number in labels.of(method):
            learn(f"{method}/{number}", method, options, role, number, role.train, settings, seed)


if __name__ == "__main__":
    main(run)
