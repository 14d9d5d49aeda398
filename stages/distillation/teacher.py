"""The cumbersome network: a perceptron of 2 x 1200 units, regularised, trained on labels.

Hinton, Vinyals, Dean 2015, https://arxiv.org/abs/1503.02531, section 3: "strongly regularized using dropout
and weight-constraints", the input images "jittered by up to two pixels in any direction". The constraint is
that of Hinton et al. 2012, https://arxiv.org/abs/1207.0580: no hidden unit's incoming weights have a norm
above `max_norm`; whatever is longer after a step is scaled back.
"""

import torch

from stages.core.compute import start
from stages.core.data import Batches
from stages.core.params import Count, read
from stages.core.recipe import fit, keep, sgd
from stages.core.scores import accuracy, logits
from stages.core.stage import main
from stages.distillation.digits import parts
from stages.distillation.nets import flops, perceptron
from stages.distillation.params import Teacher


@torch.no_grad()
def constrain(weights, max_norm):
    """Scales the rows of each weight (out, in) back to the norm `max_norm`, where they are longer."""
    for weight in weights:
        weight *= (max_norm / weight.norm(dim=1, keepdim=True).clamp(min=1e-12)).clamp(max=1)


def run(seed: int):
    recipe = read("distillation.digits.teacher", Teacher)
    rng = start(seed)
    role, transfer, _ = parts(read("distillation.digits.held_out", Count))
    net = perceptron(role, recipe.width, recipe.dropout)
    hidden = [net.layers[0].weight, net.layers[3].weight]
    optimizer = sgd(net, recipe)
    optimizer.register_step_post_hook(lambda *_: constrain(hidden, recipe.max_norm))
    batches = Batches(transfer, recipe.batch_size, rng, recipe.pad)
    history = fit(net, batches, recipe, f"teacher, seed {seed}", optimizer=optimizer)
    z = logits(net.eval(), role.test.images)
    keep(
        f"distillation/digits/teacher-{seed}", net, history,
        flops=flops(net, role.test.images), test_accuracy=accuracy(z, role.test.labels),
    )


if __name__ == "__main__":
    main(run)
