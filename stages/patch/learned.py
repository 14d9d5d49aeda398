"""The patches of networks, and of ensembles that leave one network out.

Against a ResNet patches of all sizes are learnt, against others of the largest.
"""

from stages.core.compute import start
from stages.core.data import Batches, load_role
from stages.core.errors import UserError
from stages.core.histories import keep_history
from stages.core.measurements import record
from stages.core.params import Count, Few, read
from stages.core.progress import progress
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.core.train import training
from stages.patch.learning import Patches, Placed, against, stepped
from stages.patch.nets import networks
from stages.patch.params import GROUPS, Learning, Pasted, Sizes, pixels_path
from stages.patch.placing import Placing


def learnt(images, classes, nets, side, placing, settings, rng, title):
    """Patches of `side` pixels against `nets`, and the history of their training."""
    patches = Patches(classes, images.images.shape[1], side, placing)
    batches = Batches(images, settings.images * len(patches.pixels), rng)
    epochs = training(patches, Placed(batches, placing, side, rng), against(nets),
                      stepped(patches, settings.lr), settings.epochs)
    return patches.pixels.detach(), list(progress(epochs, settings.epochs, title))


def run(group: str):
    if group not in GROUPS:
        raise UserError(f"there is no group `{group}` of networks: there are {', '.join(GROUPS)}")
    settings, pasted = read("patch.learning", Learning), read("patch.placing", Pasted)
    placing, sizes = Placing(**pasted.model_dump()), read("patch.sizes", Sizes)
    role, asked = load_role("objects"), sizes if group == "resnet" else sizes[-1:]
    images = role.train.first(read("patch.train", Count), "patch.train")
    for seed in each_seed(read("patch.seeds", Few)):
        for source, names in GROUPS[group].items():
            for side in asked:
                rng = start(seed)
                nets = list(networks(names, seed).values())
                title = f"{source}, {side} pixels, seed {seed}"
                pixels, history = learnt(images, len(role.classes), nets, side, placing, settings, rng, title)
                record(pixels_path(source, side, seed), {"pixels": ("patch channel row column", pixels)})
                keep_history(f"patch/learned/{group}/{source}/{side}", seed, history)


if __name__ == "__main__":
    main(run)
