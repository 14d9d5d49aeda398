"""The second training, of policy and residual network together; and what else uses as many blocks.

Wu et al., CVPR 2018, https://arxiv.org/abs/1711.08393, section 3.2: the policy's loss and the cross-entropy
of what the network predicts with the blocks that were drawn. `gamma`, what an error costs, is not that of the
curriculum: with it, a network gives policies that run few blocks or many.

learned        the network so tuned, with the learned policies
exchanged      the same with each image's policy given to another image
random_tuned   the network trained on as long with random blocks, as many for an image as a policy has
random         the network as it was, with such
fixed_tuned    the network trained on as long with one set of blocks for all images: as many as the policies
               have on average, left after those that can best be spared on training images (lesions.py)
fixed          the network as it was, with this set
stochastic     the network trained with stochastic depth, with random blocks
"""

import torch
import torch.nn.functional as F
from torch import nn

from stages.blockdrop.gates import Gated, scattered, without
from stages.blockdrop.images import some_of_role
from stages.blockdrop.nets import right
from stages.blockdrop.params import Gamma, Joint, Policy
from stages.blockdrop.policy import (
    PolicyNet,
    bounded,
    drawn,
    most_probable,
    policies,
    reinforce,
    reward,
)
from stages.blockdrop.trained import gated_cross_entropy, trained
from stages.core.compute import device, generator, start
from stages.core.data import Batches
from stages.core.measurements import record, recorded
from stages.core.nets import load_net, save_net
from stages.core.optimizers import Adam
from stages.core.params import Few, ImageRecipe, read
from stages.core.progress import progress
from stages.core.recipe import keep, weights_path
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.core.train import batchnorm_frozen, training


class Both(nn.Module):
    """A policy network and the network that it chooses blocks of."""

    def __init__(self, policy, base):
        super().__init__()
        self.policy, self.base = policy, base


def joint_loss(exploration, gamma, rng):
    """The loss of both. The most probable policy, which is the baseline alone, leaves batch norm as it is."""
    def loss(net, batch):
        x, y = batch
        s = bounded(net.policy(x), exploration)
        gates, greedy = drawn(s, rng), most_probable(s)
        z = net.base(x, gates).float()
        with torch.no_grad():
            with batchnorm_frozen(net.base):
                baseline = reward(greedy, net.base(x, greedy).argmax(1) == y, gamma)
            advantage = reward(gates, z.argmax(1) == y, gamma) - baseline
        return reinforce(s, gates, advantage) + F.cross_entropy(z, y)

    return loss


def tuned(net, batches, loss, settings, title):
    """Trains a network on by Adam, and leaves it in evaluation mode; returns its history."""
    rows = training(net, batches, loss, Adam(net.parameters(), settings.lr), settings.epochs)
    history = list(progress(rows, settings.epochs, title))
    net.eval()
    return history


def trained_on(net, seed, counts, subset, batches, stage):
    """The networks to compare, by name: the learned policies' and, trained on as long, those with random
    blocks, as many as in `counts`, and with the blocks of `subset`, (K,).
    """
    rng, found = generator(seed), {"learned": net.base}

    def like_a_policy(n):
        chosen = torch.randint(len(counts), (n,), generator=rng, device=device)
        return scattered(counts[chosen], len(subset), rng)

    for name, draw in {"random_tuned": like_a_policy, "fixed_tuned": lambda n: subset}.items():
        found[name] = trained("residual", seed)
        tuned(found[name], Gated(batches, draw), gated_cross_entropy, stage, f"{name}, seed {seed}")
    return found


def compared(nets, seed, test, gates, subset, draws):
    """Which test images are right: name -> (axes, bool tensor); `gates` are the learned policies, (n, K)."""
    rng, counts = generator(seed), gates.sum(1)
    original, stochastic = trained("residual", seed), trained("stochastic", seed)

    def repeated(net, draw):
        return "draw image", torch.stack([right(net, test, draw()) for _ in range(draws)])

    def scatter():
        return scattered(counts, gates.shape[1], rng)

    def exchange():
        return gates[torch.randperm(len(gates), generator=rng, device=device)]

    return {
        "learned": ("image", right(nets["learned"], test, gates)),
        "exchanged": repeated(nets["learned"], exchange),
        "random_tuned": repeated(nets["random_tuned"], scatter),
        "random": repeated(original, scatter),
        "fixed_tuned": ("image", right(nets["fixed_tuned"], test, subset)),
        "fixed": ("image", right(original, test, subset)),
        "stochastic": repeated(stochastic, scatter),
    }


def best_subset(seed, counts):
    """Gates, (K,), of as many blocks as a policy runs on average, without those that can best be spared."""
    spared = recorded(f"data/blockdrop/lesions/residual/{seed}.safetensors").spared.values.astype(int)
    blocks = len(spared) + 1
    size = max(1, round(counts.float().mean().item()))
    return without(blocks, spared[: blocks - size].tolist())


def run(name: str):
    gamma, stage = read(f"blockdrop.gammas.{name}", Gamma).gamma, read("blockdrop.joint", Joint)
    settings, recipe = read("blockdrop.policy", Policy), read("blockdrop.training", ImageRecipe)
    role = some_of_role()
    for seed in each_seed(read("blockdrop.seeds", Few)):
        batches = Batches(role.train, stage.batch_size, start(seed), recipe.pad, recipe.flip)
        net = Both(load_net(weights_path("blockdrop/curriculum", seed), PolicyNet), trained("residual", seed))
        loss = joint_loss(settings.exploration, gamma, generator(seed))
        history = tuned(net, batches, loss, stage, f"{name}, seed {seed}")
        keep(f"blockdrop/{name}/policy", seed, net.policy, history)
        save_net(weights_path(f"blockdrop/{name}/base", seed), net.base)
        gates, counts = (policies(net.policy, split.images) for split in (role.test, role.train))
        subset = best_subset(seed, counts.sum(1))
        nets = trained_on(net, seed, counts.sum(1), subset, batches, stage)
        record(f"data/blockdrop/joint/{name}/{seed}.safetensors",
               compared(nets, seed, role.test, gates, subset, stage.draws)
               | {"gates": ("image block", gates), "subset": ("block", subset)})


if __name__ == "__main__":
    main(run)
