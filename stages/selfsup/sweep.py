"""SimCLR with small and large batches for few and many epochs; and, for the first seed, other temperatures of
SimCLR and other shares of PIRL's two terms. The learning rate grows with the root of the batch size, one of
both rules that the authors give (Chen et al. 2020, appendix B.1).
"""

from dataclasses import replace

from stages.core.compute import start
from stages.core.measurements import record
from stages.core.params import Few, read
from stages.core.seeds import each_seed, listed
from stages.core.stage import main
from stages.selfsup.images import images
from stages.selfsup.linear import right
from stages.selfsup.params import Batch, Probe
from stages.selfsup.recipe import METHODS, common, learn, of_method
from stages.selfsup.simclr import simclr

VARIED = {"temperature": ("simclr", "temperatures"), "share": ("pirl_rotation", "shares")}


def run():
    role, setting = images(), common()
    probe, values = read("selfsup.probe", Probe), read("selfsup.sweep", Batch)
    options = {name: METHODS[name].options() for name, _ in VARIED.values()}
    for seed in each_seed(read("selfsup.seeds", Few)):
        for size in values.sizes:
            for epochs in values.epochs:
                name, rng = f"batch_{size}/epochs_{epochs}", start(seed)
                encoder, _ = learn(f"{name}, seed {seed}", role, role.train, simclr, options["simclr"],
                                   for_batches(setting, size), rng, size, epochs)
                note(name, seed, encoder, role, probe)
        for key, (method, several) in VARIED.items() if seed == listed()[0] else ():
            for value in getattr(values, several):
                name, rng = f"{key}_{value}", start(seed)
                changed = options[method].model_copy(update={key: value})
                encoder, _ = of_method(f"{name}, seed {seed}", METHODS[method], role, changed, setting, rng)
                note(name, seed, encoder, role, probe)


def for_batches(setting, size):
    """The setting with the learning rate for batches of a size."""
    recipe = setting.training
    lr = recipe.lr * (size / recipe.batch_size) ** 0.5
    return replace(setting, training=recipe.model_copy(update={"lr": lr}))


def note(name, seed, encoder, role, probe):
    """Records what the blocks of an encoder tell."""
    record(f"data/selfsup/sweep/{name}/{seed}.safetensors", right(encoder, role, probe))


if __name__ == "__main__":
    main(run)
