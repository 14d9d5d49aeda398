"""Networks trained by one method on labels of every noise that it is tried on."""

from stages.core.errors import UserError
from stages.core.params import among, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.noisy_labels.images import some_of_role
from stages.noisy_labels.params import METHODS, Noises
from stages.noisy_labels.recipe import setting, train


def run(method: str):
    if method not in METHODS:
        raise UserError(f"there is no method `{method}`{among(method, METHODS)}")
    settings, noises = setting(), read("noisy_labels.noises", Noises)
    options = read(f"noisy_labels.methods.{method}", METHODS[method]).model_dump()
    role = some_of_role(settings.data)
    for seed in each_seed():
        for noise in noises.of(method):
            train(f"{method}/{noise}", method, options, role, noise, settings, seed)


if __name__ == "__main__":
    main(run)
