"""Painting with features: does what one unit likes look like something to others?

Santurkar et al. 2019, section 3.5: with g_i a unit of the representation, and m 1 in a box,

    x = argmax_{|x' - x0|_2 <= epsilon}  g_i(x') - weight * mean(((x' - x0) (1 - m))^2).

The paper chooses units by eye. Here i is the unit that speaks most for a class y, of the largest weight in
the last layer, x0 a test image of the class before y, and the question whether the judge says y.

As the authors do ("fake ReLU"), the last ReLU passes the gradient on where it is 0, too: many units are
silent on an image, and there would be no way to go. The other tasks need none.
"""

import torch
import torch.nn.functional as F

from stages.core.compute import mixed, start
from stages.core.data import load_role
from stages.core.params import Few, read
from stages.core.quality import named
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.synthesis.descent import boxes, outside, painted
from stages.synthesis.params import Masked
from stages.synthesis.recipe import by_image, evenly, judge_of, keep, painters


def loudest(net, y):
    """The unit that speaks most for each class in y: (n,)."""
    return net.linear.weight.argmax(1)[y]


def activations(net, at, unit):
    """What a unit of the representation, for each image another, says: (n,); the gradient passes its ReLU."""
    *blocks, last = net.blocks
    with mixed():
        x = F.relu(net.norm(net.conv((at - net.mean) / net.std)))
        for block in blocks:
            x = block(x)
        before = last.residual(x) + last.shortcut(x)
        found = before + (F.relu(before) - before).detach()
    return found.float().mean((2, 3)).gather(1, unit[:, None])[:, 0]


def objective(net, weight):
    """What falls as the unit speaks up, (n,), with the price of changes outside the box."""
    return lambda at, unit, x, mask: weight * outside(at, x, mask) - activations(net, at, unit)


def run():
    settings, role = read("synthesis.painting", Masked), load_role("objects")
    x, labels = evenly(role.test, settings.per_class, "synthesis.painting.per_class")
    y = (labels + 1) % len(role.classes)
    for seed in each_seed(read("synthesis.seeds", Few)):
        mask = boxes(x, settings.box, start(seed), "synthesis.painting.box")
        judge, nets, made, louder = judge_of(seed), painters(seed), {}, []
        for name, net in nets.items():
            unit = loudest(net, y)
            made[name] = painted(objective(net, settings.weight), x, [unit, x, mask], settings)
            with torch.no_grad():
                louder.append(activations(net, made[name], unit) - activations(net, x, unit))
        pictures = {"start": x} | made
        keep("painting", seed, settings.per_class, pictures, {
            "named": by_image("network", (named(judge, one, y) for one in pictures.values())),
            "louder": by_image("painter", louder),
            "outside": by_image("painter", (outside(one, x, mask) for one in made.values())),
        })


if __name__ == "__main__":
    main(run)
