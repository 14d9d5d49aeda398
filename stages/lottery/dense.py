"""The dense network: what is pruned, what tickets go back to, and what they must match.

Frankle & Carbin, ICLR 2019, https://arxiv.org/abs/1803.03635: train f(x; θ_0) for j steps, to θ_j. Kept are
θ_0, the weights after `rewind_step` steps, and θ_j. Tickets go back to the second (Frankle, Dziugaite, Roy,
Carbin, 2019, https://arxiv.org/abs/1903.01611); with `rewind_step: 0` that is θ_0, as in the first paper.
"""

from stages.core.compute import start
from stages.core.nets import save_net
from stages.core.params import Few, read
from stages.core.recipe import sgd
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.lottery.masks import CHAINS, whole
from stages.lottery.recipe import Remembering, keep, network, note, setting, trained


def run():
    given = setting()
    for seed in each_seed(read("lottery.seeds", Few)):
        rng = start(seed)
        net = network(given.role)
        optimizer = Remembering(net, sgd(net, given.recipe), given.step)
        save_net(f"models/lottery/initial/{seed}.safetensors", net)
        history = trained(f"dense, seed {seed}", net, optimizer, given, rng, extra=optimizer.extra)
        note("dense", seed, net, whole(net), history, given.role.test)
        for chain in CHAINS:
            keep(f"rounds/0/{chain}", seed, net, whole(net))
        net.load_state_dict(optimizer.extra["point"])
        save_net(f"models/lottery/rewind/{seed}.safetensors", net)


if __name__ == "__main__":
    main(run)
