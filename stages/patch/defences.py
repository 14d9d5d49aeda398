"""Networks that might withstand patches, against those of a ResNet and against ones learnt for them."""

import torch

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.measurements import record
from stages.core.params import Count, Few, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.patch.judging import Trial, controls, learned
from stages.patch.nets import networks
from stages.patch.params import DEFENCES, Pasted, Sizes
from stages.patch.placing import Placing


def run():
    side, placing = read("patch.sizes", Sizes)[-1], Placing(**read("patch.placing", Pasted).model_dump())
    role = load_role("objects")
    images = role.test.first(read("patch.images", Count), "patch.images")
    for seed in each_seed(read("patch.seeds", Few)):
        start(seed)
        trial = Trial(images, len(role.classes), placing, seed)
        for name, net in networks(("resnet", *DEFENCES), seed).items():
            own = learned(name, side, seed)
            found = {
                "own": trial.targeted(net, own),
                "carried": trial.targeted(net, learned("resnet", side, seed)),
                "untargeted": trial.untargeted(net, own),
                "piece": trial.named(net, controls(trial, role.train, side)["piece"]),
            }
            record(f"data/patch/defences/{name}/{seed}.safetensors",
                   trial.facts(net) | {"named": ("kind image", torch.stack(list(found.values())))},
                   kind=list(found))


if __name__ == "__main__":
    main(run)
