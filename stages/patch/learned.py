"""The patches of a network, or of an ensemble that leaves one network out.

Against a ResNet patches of all sizes are learnt, against others of the largest.
"""

from stages.core.compute import start
from stages.core.data import Batches, load_role
from stages.core.errors import UserError
from stages.core.histories import keep_history
from stages.core.measurements import record
from stages.core.params import Few, read
from stages.core.progress import progress
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.core.train import training
from stages.patch.learning import Patches, Placed, against, stepped
from stages.patch.nets import networks
from stages.patch.params import DEFENCES, POOL, Learning, Pasted, Sizes
from stages.patch.placing import Placing

ENSEMBLES = {f"but_{left}": [name for name in POOL if name != left] for left in POOL}


def members(source):
    """The networks that patches of `source` are learnt against."""
    found = ENSEMBLES | {name: [name] for name in (*POOL, *DEFENCES)}
    if source not in found:
        raise UserError(f"there are no patches of `{source}`: there are those of {', '.join(found)}")
    return found[source]


def learnt(role, nets, side, placing, settings, rng, title):
    """Patches of `side` pixels against `nets`, and the history of their training."""
    patches = Patches(len(role.classes), role.train.images.shape[1], side, placing)
    batches = Batches(role.train, settings.images * len(patches.pixels), rng)
    epochs = training(patches, Placed(batches, placing, side, rng), against(nets),
                      stepped(patches, settings.lr), settings.epochs)
    return patches.pixels.detach(), list(progress(epochs, settings.epochs, title))


def run(source: str):
    attacked = members(source)
    settings, placing = read("patch.learning", Learning), read("patch.placing", Pasted)
    sizes, role = read("patch.sizes", Sizes), load_role("objects")
    for seed in each_seed(read("patch.seeds", Few)):
        for side in sizes if source == "resnet" else sizes[-1:]:
            rng = start(seed)
            nets = list(networks(attacked, seed).values())
            pixels, history = learnt(role, nets, side, Placing(**placing.model_dump()), settings, rng,
                                     f"{source}, {side} pixels, seed {seed}")
            name = f"{source}/{side}"
            record(f"data/patch/learned/{name}/{seed}.safetensors",
                   {"pixels": ("patch channel row column", pixels)})
            keep_history(f"patch/learned/{name}", seed, history)


if __name__ == "__main__":
    main(run)
