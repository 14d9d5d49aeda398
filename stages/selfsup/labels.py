"""Fine-tuning of all weights with few labels, against the same network from random weights.

Chen et al. 2020, appendix B.5: on 1 % or 10 % of the images, as many of each class, all weights are trained,
beginning with SimCLR's encoder and a new linear layer; images are cropped and mirrored only, weights do not
decay. From random weights, recipe and labels are the same.
"""

import torch

from stages.core.compute import start
from stages.core.data import Batches
from stages.core.measurements import record
from stages.core.nets import load_net
from stages.core.optimizers import Adam
from stages.core.params import Few, read
from stages.core.progress import progress
from stages.core.recipe import weights_path
from stages.core.scores import correct, logits
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.core.train import recompute_batchnorm, training
from stages.selfsup.images import images
from stages.selfsup.nets import Encoder, encoder_of
from stages.selfsup.params import BEGINNINGS, PER_CENT, Tuning
from stages.selfsup.recipe import common
from stages.selfsup.supervised import supervised


def labelled(split, classes, percent, rng):
    """All images of a split or, of every class, as many as make up a percentage: at least one."""
    if percent == 100:
        return split
    mixed = split.at(torch.randperm(len(split), generator=rng, device=rng.device))
    each = max(1, round(len(split) * percent / 100 / classes))
    return mixed.at(mixed.of_each(each, classes, "selfsup.labels"))


def tuned(title, encoder, split, role, options, epochs, setting, rng):
    """Which test images are right, (n,), after training on a split."""
    size = min(options.batch_size, len(split))
    net, batches, loss = supervised(encoder, split, size, setting.views, None, rng)
    rows = training(net, batches, loss, Adam(net.parameters(), options.lr), epochs)
    list(progress(rows, epochs, title))
    recompute_batchnorm(net, Batches(split, size, rng))      # of whole images, as those of the test are
    return correct(logits(net.eval(), role.test.images), role.test.labels)


def run():
    role, setting, options = images(), common(), read("selfsup.labels", Tuning)
    for seed in each_seed(read("selfsup.seeds", Few)):
        for name in BEGINNINGS:
            found = []
            for percent, epochs in zip(PER_CENT, options.epochs, strict=True):
                rng = start(seed)
                split = labelled(role.train, len(role.classes), percent, rng)
                encoder = (encoder_of(role, setting.encoder) if name == "random"
                           else load_net(weights_path("selfsup/simclr", seed), Encoder))
                title = f"{name}, {percent} % of the labels, seed {seed}"
                found.append(tuned(title, encoder, split, role, options, epochs, setting, rng))
            record(f"data/selfsup/labels/{name}/{seed}.safetensors",
                   {"right": ("percent image", torch.stack(found))}, percent=list(PER_CENT))


if __name__ == "__main__":
    main(run)
