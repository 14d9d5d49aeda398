"""The first training of a policy: the residual network stays as it is, and blocks become free one by one.

Wu et al., CVPR 2018, https://arxiv.org/abs/1711.08393, section 3.2: in epoch t the policy decides on the last
t blocks, all before run; from epoch K on it decides on all. An entropy keeps it from being sure too early.
"""

import torch

from stages.blockdrop.images import some_of_role
from stages.blockdrop.nets import right
from stages.blockdrop.params import Curriculum, Policy, Shape
from stages.blockdrop.policy import (
    PolicyNet,
    bounded,
    drawn,
    entropy,
    most_probable,
    policies,
    reinforce,
    reward,
)
from stages.blockdrop.trained import trained
from stages.core.compute import device, generator, start
from stages.core.data import Batches
from stages.core.measurements import record
from stages.core.optimizers import Adam
from stages.core.params import Few, ImageRecipe, read
from stages.core.progress import progress
from stages.core.recipe import keep
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.core.train import Around, training


class Freeing(Around):
    """Steps `optimizer` and keeps in `free`, (K,), which blocks the policy decides on: another every epoch,
    the last first.
    """

    def __init__(self, optimizer, free, steps):
        super().__init__(optimizer)
        self.free, self.steps = free, steps

    def before(self, taken):
        number = min(len(self.free), 1 + taken // self.steps)
        self.free.zero_()
        self.free[len(self.free) - number :] = 1


def curriculum_loss(base, settings, gamma, free, rng):
    """The loss of a policy network for the network `base`, in evaluation mode."""
    def loss(policy, batch):
        x, y = batch
        s = bounded(policy(x), settings.exploration)
        tried = torch.cat([drawn(s, rng), most_probable(s)]) * free + (1 - free)
        with torch.no_grad():
            is_right = base(x.repeat(2, 1, 1, 1), tried).argmax(1) == y.repeat(2)
            sampled, greedy = reward(tried, is_right, gamma).chunk(2)
        return (reinforce(s, tried[: len(y)], sampled - greedy, free)
                - settings.entropy * entropy(s, free))

    return loss


def run():
    shape, role = read("blockdrop.shape", Shape), some_of_role()
    settings, stage = read("blockdrop.policy", Policy), read("blockdrop.curriculum", Curriculum)
    recipe = read("blockdrop.training", ImageRecipe)
    for seed in each_seed(read("blockdrop.seeds", Few)):
        rng = start(seed)
        base = trained("residual", seed)
        batches = Batches(role.train, stage.batch_size, rng, recipe.pad, recipe.flip)
        net = PolicyNet(settings.width, settings.pool, shape.blocks, *role.moments)
        free = torch.ones(shape.blocks, device=device)
        loss = curriculum_loss(base, settings, stage.gamma, free, generator(seed))
        optimizer = Freeing(Adam(net.parameters(), stage.lr), free, len(batches))
        rows = training(net, batches, loss, optimizer, stage.epochs, schedule=constant)
        history = list(progress(rows, stage.epochs, f"curriculum, seed {seed}"))
        keep("blockdrop/curriculum", seed, net.eval(), history)
        gates = policies(net, role.test.images)
        record(f"data/blockdrop/curriculum/{seed}.safetensors", {
            "gates": ("image block", gates), "right": ("image", right(base, role.test, gates)),
        })


def constant(done):
    """A factor on the learning rate that stays."""
    return 1.0


if __name__ == "__main__":
    main(run)
