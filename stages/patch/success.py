"""How often patches of a ResNet succeed on it, by size, beside patches that nothing was learnt for, and by
place.
"""

import torch

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.measurements import record
from stages.core.params import Count, Few, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.patch.judging import Trial, controls, learned
from stages.patch.nets import networks
from stages.patch.params import Map, Pasted, Sizes
from stages.patch.placing import Placing


def by_place(trial, net, patches, stride):
    """What `net` says of images with the patch of their target at each place of a grid, upright: tensor
    (rows, columns, n), and the first pixels of rows and columns.
    """
    side = patches.shape[-1]
    corners = list(range(0, trial.x.shape[-1] - side + 1, stride))
    each = patches[trial.targets]
    still = torch.tensor([0.0, 1.0], device=each.device)
    found = [
        [trial.named(net, each, torch.cat([still.new_tensor([row, column]), still]).expand(len(each), -1))
         for column in corners]
        for row in corners
    ]
    return torch.stack([torch.stack(row) for row in found]), corners


def run():
    sizes, placing = read("patch.sizes", Sizes), Placing(**read("patch.placing", Pasted).model_dump())
    role, places = load_role("objects"), read("patch.map", Map)
    images, few = role.test.first(read("patch.images", Count), "patch.images"), len(role.classes)
    at_places = role.test.first(places.images, "patch.map.images")
    for seed in each_seed(read("patch.seeds", Few)):
        start(seed)
        [net] = networks(["resnet"], seed).values()
        trial = Trial(images, few, placing, seed)
        for side in sizes:
            patches = learned("resnet", side, seed)
            found = {"targeted": trial.targeted(net, patches), "untargeted": trial.untargeted(net, patches)}
            found |= {name: trial.named(net, those)
                      for name, those in controls(trial, role.train, side).items()}
            record(f"data/patch/success/{side}/{seed}.safetensors",
                   trial.facts(net) | {"named": ("kind image", torch.stack(list(found.values())))},
                   kind=list(found))
        fewer = Trial(at_places, few, placing, seed)
        named, corners = by_place(fewer, net, learned("resnet", sizes[-1], seed), places.stride)
        record(f"data/patch/map/{seed}.safetensors",
               fewer.facts(net) | {"named": ("row column image", named)}, row=corners, column=corners)


if __name__ == "__main__":
    main(run)
