"""The networks: plain, with cutout, mixup or the rotation head, and with their combinations.

A network's methods are its section of `regularization.networks`; all else is the same for all.
"""

from stages.core.histories import keep_history
from stages.core.nets import save_net
from stages.core.params import Few, read
from stages.core.recipe import weights_path
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.regularization.methods import NETWORKS
from stages.regularization.recipe import trained
from stages.regularization.rotation import rotation_accuracy
from stages.regularization.setting import objects, training_recipe


def run(network: str):
    methods = read(f"regularization.networks.{network}", NETWORKS[network]).model_dump()
    role, recipe = objects(), training_recipe()
    for seed in each_seed(read("regularization.seeds", Few)):
        net, head, history = trained(role, recipe, methods, seed, network)
        name, known = f"regularization/{network}", {"parameters": sum(w.numel() for w in net.parameters())}
        if "weight" in methods:
            known["rotation_accuracy"] = rotation_accuracy(net, head, role.test.images)
        save_net(weights_path(name, seed), net)
        keep_history(name, seed, history, **known)


if __name__ == "__main__":
    main(run)
