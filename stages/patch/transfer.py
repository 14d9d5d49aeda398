"""Patches of one network on another: of every network and of the ensemble of all others, at the largest size;
of a ResNet at all sizes, beside grey squares.
"""

import torch

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.measurements import record
from stages.core.params import Count, Few, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.patch.judging import Trial, learned
from stages.patch.learning import GREY
from stages.patch.nets import networks
from stages.patch.params import POOL, Pasted, Sizes
from stages.patch.placing import Placing


def run():
    sizes, placing = read("patch.sizes", Sizes), Placing(**read("patch.placing", Pasted).model_dump())
    role = load_role("objects")
    images = role.test.first(read("patch.images", Count), "patch.images")
    for seed in each_seed(read("patch.seeds", Few)):
        start(seed)
        trial = Trial(images, len(role.classes), placing, seed)
        of_resnet = [learned("resnet", side, seed) for side in sizes]
        for name, net in networks(POOL, seed).items():
            sources = {source: learned(source, sizes[-1], seed) for source in (*POOL, f"but_{name}")}
            record(
                f"data/patch/transfer/{name}/{seed}.safetensors",
                trial.facts(net) | {
                    "named": ("source kind image", torch.stack([
                        torch.stack([trial.targeted(net, patches), trial.untargeted(net, patches)])
                        for patches in sources.values()])),
                    "by_size": ("size square image", torch.stack([
                        torch.stack([trial.targeted(net, one),
                                     trial.named(net, torch.full_like(one[trial.targets], GREY))])
                        for one in of_resnet])),
                },
                source=[*POOL, "ensemble"], kind=["targeted", "untargeted"], size=sizes,
                square=["patch", "grey"],
            )


if __name__ == "__main__":
    main(run)
