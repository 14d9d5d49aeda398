"""The networks: cutout, mixup, the rotation head and their combinations. The plain one is the baseline.

A network's methods are its section of `regularization.networks`; all else is as in section `training`.
"""

from stages.core.data import load_role
from stages.core.params import Training, read
from stages.core.recipe import keep
from stages.core.stage import main
from stages.regularization.methods import NETWORKS
from stages.regularization.recipe import trained
from stages.regularization.rotation import rotation_accuracy

ROTATED = 200                                                # test images whose rotation is asked for


def run(network: str, seed: int):
    methods = read(f"regularization.networks.{network}", NETWORKS[network]).model_dump()
    recipe, role = read("training", Training), load_role("objects")
    net, head, history = trained(role, recipe, methods, seed, network)
    recognised = rotation_accuracy(net, head, role.test.images[:ROTATED])
    numbers = {"rotation_accuracy": recognised} if "weight" in methods else {}
    keep(f"regularization/{seed}/{network}", net, history, **numbers)


if __name__ == "__main__":
    main(run)
