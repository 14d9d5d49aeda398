"""What a trained network loses when parts are left out or exchanged at test time.

Veit, Wilber, Belongie, NIPS 2016, https://arxiv.org/abs/1605.06431, section 4: one part alone, k parts drawn
at random, and parts that have exchanged their places, which Kendall's tau of the order measures. Batch norm
keeps the statistics of the whole network. A residual block is two convolutions, a layer of VGG one: of VGG
twice as many layers are left out.
"""

import random
from itertools import combinations

import torch

from stages.blockdrop.gates import scattered, without
from stages.blockdrop.images import some_of_role
from stages.blockdrop.nets import narrows, right
from stages.blockdrop.params import Lesions
from stages.blockdrop.trained import trained
from stages.core.compute import device, start
from stages.core.measurements import record
from stages.core.params import Few, read
from stages.core.seeds import each_seed
from stages.core.stage import main


def alone(net, split):
    """Which images are right without each part: bool (p, n)."""
    parts = len(net.blocks)
    return torch.stack([right(net, split, without(parts, [i])) for i in range(parts)])


def several(net, split, numbers, rng):
    """Which images are right without k parts, drawn for each image, k in `numbers`: bool (numbers, n)."""
    parts = len(net.blocks)
    counts = [torch.full((len(split),), parts - k, device=device) for k in numbers]
    return torch.stack([right(net, split, scattered(count, parts, rng)) for count in counts])


def swapped(net, swaps, rng):
    """An order of the parts after so many exchanges of two of the same shape; `rng` is Python's."""
    group, alike = 0, {}
    for i, part in enumerate(net.blocks):
        group += part.stride > 1
        if part.stride == 1:
            alike.setdefault(group, []).append(i)
    pairs = [pair for places in alike.values() for pair in combinations(places, 2)]
    order = list(range(len(net.blocks)))
    for i, j in rng.choices(pairs, k=swaps):
        order[i], order[j] = order[j], order[i]
    return order


def kendalls_tau(order):
    """Of all pairs the share that stands in the original order, less the share that does not."""
    pairs = list(combinations(order, 2))
    return sum(1 if a < b else -1 for a, b in pairs) / len(pairs)


def shuffled(net, split, numbers, draws, rng):
    """Which images are right after exchanges of parts, their number in `numbers`: bool (numbers, draws, n),
    and Kendall's tau of each order, (numbers, draws).
    """
    orders = [[swapped(net, swaps, rng) for _ in range(draws)] for swaps in numbers]
    found = torch.stack([torch.stack([right(net, split, order=order) for order in some]) for some in orders])
    tau = [[kendalls_tau(order) for order in some] for some in orders]
    return found, torch.tensor(tau, device="cpu")


def spared(net, split):
    """The numbers of all parts but one in the order in which they can best be spared: the next is always the
    one without which, the former left out already, most images of `split` are right.
    """
    parts, gone = len(net.blocks), []
    while len(gone) < parts - 1:
        left = [i for i in range(parts) if i not in gone]
        score = {i: right(net, split, without(parts, [*gone, i])).sum().item() for i in left}
        gone.append(max(left, key=score.get))
    return gone


def run(network: str):
    settings, role = read("blockdrop.lesions", Lesions), some_of_role()
    chosen_by = role.train.first(settings.images, "blockdrop.lesions.images")
    per_block = 1 if network == "residual" else 2
    for seed in each_seed(read("blockdrop.seeds", Few)):
        rng = start(seed)
        net = trained(network, seed)
        dropped, swaps = ([per_block * k for k in numbers] for numbers in (settings.dropped, settings.swaps))
        found, tau = shuffled(net, role.test, swaps, settings.draws, random.Random(seed))
        arrays = {
            "alone": ("part image", alone(net, role.test)), "narrowing": ("part", narrows(net)),
            "several": ("dropped image", several(net, role.test, dropped, rng)),
            "shuffled": ("swaps draw image", found), "tau": ("swaps draw", tau),
        }
        if network == "residual":
            arrays["spared"] = "step", spared(net, chosen_by)
        record(f"data/blockdrop/lesions/{network}/{seed}.safetensors", arrays, dropped=settings.dropped,
               swaps=settings.swaps)


if __name__ == "__main__":
    main(run)
