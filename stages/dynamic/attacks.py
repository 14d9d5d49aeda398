"""Attacks: how far do they move what a network chooses, and is a network that chooses harder to attack?

Projected gradient descent (stages/core/attacks.py) on images, white-box or transferred from the plain network
of the same seed, against noise of the same size: the white-box attack's change of every pixel, its sign drawn
anew. What moves is a share, in [0, 1], and 0 where the choice is that of the clean image:

    attention   half of sum_k |π_k' - π_k|, mean over layers (total variation)
    gates       the share of gates that change
"""

import torch

from stages.core.attacks import attacked, inside
from stages.core.compute import start
from stages.core.data import load_role, unit
from stages.core.measurements import record
from stages.core.nets import ResNet, load_net
from stages.core.params import Few, read
from stages.core.recipe import weights_path
from stages.core.scores import correct
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.dynamic.convolution import DynamicResNet
from stages.dynamic.gating import GatedResNet
from stages.dynamic.params import Attacks
from stages.dynamic.recipe import seen

KINDS = {
    "plain": (DynamicResNet, "kernels/plain"), "kernels": (DynamicResNet, "kernels/four"),
    "gates": (GatedResNet, "gates/medium"), "plain_adversarial": (ResNet, "adversarial/plain"),
    "kernels_adversarial": (DynamicResNet, "adversarial/kernels"),
    "gates_adversarial": (GatedResNet, "adversarial/gates"),
}
IMAGES = ["clean", "noise", "transfer", "white"]


def noise_like(x, found, attack):
    """Images x changed as much as `found`, pixel by pixel, in a direction of chance."""
    sign = torch.randint_like(x, 2) * 2 - 1
    return inside(x, sign * (found - x).abs(), attack["epsilon"], attack["norm"])


def choices(net):
    """What a network has just chosen, (n, choices), so that sums of differences are shares; nothing if it is
    plain.
    """
    if isinstance(net, GatedResNet):
        return net.choices() / sum(block.width for block in net.blocks)
    if getattr(net, "dynamic", []):
        return net.choices().flatten(1) / 2 / len(net.dynamic)
    return net.linear.weight.new_zeros(0, 0)


def under(net, sets, labels):
    """Of images in `sets`, the clean ones first: which are right, and how far choices move, both (set, n)."""
    pairs = [seen(net, images, choices) for images in sets]
    right = torch.stack([correct(z, labels) for z, _ in pairs])
    moved = torch.stack([(chosen - pairs[0][1]).abs().sum(1) for _, chosen in pairs])
    return right, moved


def run():
    settings, role = read("dynamic.attacks", Attacks), load_role("objects")
    test = role.test.first(settings.images, "dynamic.attacks.images")
    attack = settings.model_dump(exclude={"images"})
    for seed in each_seed(read("dynamic.seeds", Few)):
        start(seed)
        x, transferred = unit(test.images), None
        for name, (kind, path) in KINDS.items():
            net = load_net(weights_path(f"dynamic/{path}", seed), kind)
            white = attacked(net, test, **attack)
            transferred = white if transferred is None else transferred
            right, moved = under(net, [x, noise_like(x, white, attack), transferred, white], test.labels)
            found = {"right": ("images image", right)}
            if moved.numel():
                found["moved"] = "images image", moved
            record(f"data/dynamic/attacks/{name}/{seed}.safetensors", found, images=IMAGES)


if __name__ == "__main__":
    main(run)
