"""What the teachers make of every image: the soft labels that students learn from, before the temperature.

The transfer set is not shifted for the students, so each of its images has one vector of logits, computed
once by the teacher in evaluation mode. The teacher of a seed teaches the students of that seed.
"""

import torch

from stages.core.compute import start
from stages.core.files import save, write_json
from stages.core.nets import load_net
from stages.core.params import Count, Seeds, read
from stages.core.scores import accuracy, logits
from stages.core.stage import main
from stages.distillation.digits import parts
from stages.distillation.nets import Perceptron


def run():
    seeds = read("distillation.digits.seeds", Seeds)
    start(seeds[0])
    role, transfer, held_out = parts(read("distillation.digits.held_out", Count))
    splits = {"transfer": transfer, "held_out": held_out, "test": role.test}
    nets = [load_net(f"models/distillation/digits/teacher-{seed}.safetensors", Perceptron) for seed in seeds]
    found = {
        name: torch.stack([logits(net, split.images) for net in nets]) for name, split in splits.items()
    }
    save("data/distillation/digits/logits.safetensors", found)                      # each (seeds, n, classes)
    write_json("metrics/distillation/logits.json", {
        f"{name}_accuracy": sum(accuracy(z, splits[name].labels) for z in found[name]) / len(seeds)
        for name in splits
    })


if __name__ == "__main__":
    main(run)
