"""The dense network: what is pruned, what tickets go back to, and what they must match.

Frankle & Carbin, ICLR 2019, https://arxiv.org/abs/1803.03635: train f(x; θ_0) for j steps, to θ_j. Kept are
θ_0, the weights after `rewind_step` steps, and θ_j. Tickets go back to the second (Frankle, Dziugaite, Roy,
Carbin, 2019, https://arxiv.org/abs/1903.01611); with `rewind_step: 0` that is θ_0, as in the first paper.
"""

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.nets import save_net
from stages.core.params import Seeds, read
from stages.core.recipe import sgd
from stages.core.stage import main
from stages.lottery.masks import whole
from stages.lottery.params import Step, Training
from stages.lottery.recipe import keep, network, record, remembering, total_steps, trained

CHAINS = "global", "layerwise", "finetuned"      # each begins here: this network is round 0 of all


def run():
    recipe, seeds = read("lottery.training", Training), read("seeds", Seeds)
    step = read("lottery.rewind_step", Step)
    histories, masks = [], []
    for seed in seeds:
        rng = start(seed)
        role = load_role("objects")
        net = network(role)
        total_steps(recipe, role, step)                      # before anything is written
        optimizer = sgd(net, recipe)
        save_net(f"models/lottery/initial/seed-{seed}.safetensors", net)
        extra = remembering(step, net, optimizer)
        histories.append(trained(f"dense, seed {seed}", net, optimizer, role, rng, recipe, extra=extra))
        masks.append(whole(net))
        for chain in CHAINS:
            keep(f"{chain}/0", seed, net, masks[-1])
        net.load_state_dict(extra["point"])
        save_net(f"models/lottery/rewind/seed-{seed}.safetensors", net)
    record("dense", seeds, {"dense": histories}, {"dense": masks})


if __name__ == "__main__":
    main(run)
