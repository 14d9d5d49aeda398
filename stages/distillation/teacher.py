"""The cumbersome network: a perceptron of 2 x 1200 units, regularised, trained on labels.

Hinton, Vinyals, Dean 2015, https://arxiv.org/abs/1503.02531, section 3: "strongly regularized using dropout
and weight-constraints", the input images "jittered by up to two pixels in any direction". The constraint is
that of Hinton et al. 2012, https://arxiv.org/abs/1207.0580: no hidden unit's incoming weights have a norm
above `max_norm`; whatever is longer after a step is scaled back.

What is left of a teacher are its logits of every image, the soft labels before the temperature: the transfer
set is not shifted for the students, so that each of its images has one vector of logits.
"""

import torch

from stages.core.compute import start
from stages.core.data import Batches
from stages.core.files import save
from stages.core.histories import keep_history
from stages.core.measurements import record
from stages.core.params import Count, read
from stages.core.recipe import fit, sgd
from stages.core.scores import correct, logits
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.distillation.digits import logits_path, parts
from stages.distillation.nets import cost, perceptron
from stages.distillation.params import Teacher


@torch.no_grad()
def constrain(weights, max_norm):
    """Scales the rows of each weight (out, in) back to the norm `max_norm`, where they are longer."""
    for weight in weights:
        weight *= (max_norm / weight.norm(dim=1, keepdim=True).clamp(min=1e-12)).clamp(max=1)


def trained(role, transfer, recipe, rng, seed):
    """A teacher in evaluation mode, and its history."""
    net = perceptron(role, recipe.width, recipe.dropout)
    hidden = [net.layers[0].weight, net.layers[3].weight]
    optimizer = sgd(net, recipe)
    optimizer.register_step_post_hook(lambda *_: constrain(hidden, recipe.max_norm))
    batches = Batches(transfer, recipe.batch_size, rng, recipe.pad)
    history = fit(net, batches, recipe, f"teacher, seed {seed}", optimizer=optimizer)
    return net.eval(), history


def run():
    recipe = read("distillation.digits.teacher", Teacher)
    role, transfer, held_out = parts(read("distillation.digits.held_out", Count))
    splits = {"transfer": transfer, "held_out": held_out, "test": role.test}
    for seed in each_seed():
        rng = start(seed)
        net, history = trained(role, transfer, recipe, rng, seed)
        found = {name: logits(net, split.images) for name, split in splits.items()}
        save(logits_path(seed), found)
        record(f"data/distillation/teacher/{seed}.safetensors",
               {"right": ("image", correct(found["test"], role.test.labels))})
        keep_history("distillation/teacher", seed, history, **cost(net, role.test.images))


if __name__ == "__main__":
    main(run)
