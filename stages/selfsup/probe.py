"""What each block of every encoder tells of classes, and how far it moves when an image is transformed."""

from stages.core.compute import start
from stages.core.measurements import record
from stages.core.nets import load_net
from stages.core.params import Few, read
from stages.core.recipe import weights_path
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.selfsup.images import images
from stages.selfsup.invariance import copies, moved
from stages.selfsup.linear import right
from stages.selfsup.nets import Encoder, encoder_of
from stages.selfsup.params import METHODS, Probe
from stages.selfsup.recipe import common, settled


def run():
    role, setting, options = images(), common(), read("selfsup.probe", Probe)
    for seed in each_seed(read("selfsup.seeds", Few)):
        for name in ("random", *METHODS):
            rng = start(seed)
            encoder = (settled(encoder_of(role, setting.encoder), role) if name == "random"
                       else load_net(weights_path(f"selfsup/{name}", seed), Encoder))
            pairs = copies(role.test.images, setting.views.strength, rng)
            record(f"data/selfsup/probe/{name}/{seed}.safetensors", right(encoder, role, options) | {
                of: ("block image", moved(encoder, *both)) for of, both in pairs.items()
            }, block=list(range(1, len(setting.encoder.widths) + 1)))


if __name__ == "__main__":
    main(run)
