"""An image of one class becomes one of another: how far must it go until others see the other class?

Santurkar et al. 2019, section 3.3: from an image x0 of one of two classes, with a network that knows these
two, x = argmin_{|x' - x0|_2 <= epsilon} L(x', y) with y the other one. The distance is the least one on the
way at which the judge, which knows all classes, says y; epsilon if it never does.
"""

from functools import partial

import torch

from stages.core.attacks import lengths, losses
from stages.core.compute import start
from stages.core.data import load_role
from stages.core.nets import fused, load_net
from stages.core.params import Few, read
from stages.core.quality import named
from stages.core.recipe import weights_path
from stages.core.scores import accuracy, logits
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.synthesis.descent import descent
from stages.synthesis.pairs import labels_of, narrowed
from stages.synthesis.params import Descent, Pairs
from stages.synthesis.recipe import PAINTERS, by_image, evenly, judge_of, keep


def nearest_of(path, x, says, epsilon):
    """The last images of a `path`, and the least distance from x, (n,), at which says(images), bool (n,), was
    true; epsilon where it never was.
    """
    distance, found = torch.where(says(x), 0.0, epsilon), x
    for found in path:
        distance = torch.minimum(distance, torch.where(says(found), lengths(found - x), epsilon))
    return found, distance


def translated(nets, judge, x, y, wanted, settings):
    """Pictures by name, and what is measured of them: y are the targets of `nets`, `wanted` the judge's."""
    pictures, distances = {"start": x}, []
    for name, net in nets.items():
        path = descent(partial(losses, net), x, [y], settings)
        pictures[name], distance = nearest_of(path, x, lambda at: named(judge, at, wanted), settings.epsilon)
        distances.append(distance)
    made = [pictures[name] for name in nets]
    return pictures, {
        "named": by_image("network", (named(judge, one, wanted) for one in pictures.values())),
        "own": by_image("painter", (named(net, pictures[name], y) for name, net in nets.items())),
        "moved": by_image("painter", (lengths(one - x) for one in made)),
        "distance": by_image("painter", distances),
    }


def run():
    settings, role = read("synthesis.translation", Descent), load_role("objects")
    pairs = dict(read("synthesis.pairs", Pairs))
    for seed in each_seed(read("synthesis.seeds", Few)):
        start(seed)
        judge = judge_of(seed)
        for name, pair in pairs.items():
            test = narrowed(role, pair, f"synthesis.pairs.{name}").test
            x, y = evenly(test, settings.per_class, "synthesis.translation.per_class")
            paths = {kind: weights_path(f"synthesis/{name}/{kind}", seed) for kind in PAINTERS}
            nets = {kind: fused(load_net(path)) for kind, path in paths.items()}
            wanted = labels_of(role, pair, f"synthesis.pairs.{name}")[1 - y]
            pictures, measured = translated(nets, judge, x, 1 - y, wanted, settings)
            right = [accuracy(logits(net, test.images), test.labels) for net in nets.values()]
            keep(f"translation/{name}", seed, settings.per_class, pictures,
                 measured | {"right": ("painter", right)})


if __name__ == "__main__":
    main(run)
