"""Out-of-distribution detection by networks of all sizes that know every class of `objects`."""

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.nets import load_net
from stages.core.stage import main
from stages.ood.measuring import measured
from stages.ood.recipe import CAPACITIES, capacity_path, load_sets


def run(depth: int, seed: int):
    start(seed)
    nets = {"baseline": load_net(f"models/resnet{depth}/sgd-{seed}.safetensors")}
    nets |= {name: load_net(capacity_path(name, seed)) for name in CAPACITIES}
    measured("capacity", seed, nets, load_role("objects").test, load_sets())


if __name__ == "__main__":
    main(run)
