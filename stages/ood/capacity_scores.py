"""Out-of-distribution detection by networks of all sizes that know every class of `objects`."""

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.nets import load_net
from stages.core.params import read
from stages.core.recipe import weights_path
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.ood.measuring import measure
from stages.ood.params import Capacities
from stages.ood.recipe import capacity_name, load_sets


def run(depth: int):
    names = {"baseline": f"resnet{depth}/sgd"}
    names |= {network: capacity_name(network) for network in read("ood.capacities", Capacities)}
    test, sets = load_role("objects").test, load_sets()
    for seed in each_seed():
        start(seed)
        for network, name in names.items():
            measure("capacity", network, seed, load_net(weights_path(name, seed)), test, sets)


if __name__ == "__main__":
    main(run)
