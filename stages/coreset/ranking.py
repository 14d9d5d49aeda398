"""Every criterion's scores of all training images, and the order that follows, by one of the networks."""

import torch

from stages.core.compute import start
from stages.core.measurements import record, recorded
from stages.core.nets import load_net
from stages.core.params import Few, read
from stages.core.recipe import weights_path
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.coreset.images import images
from stages.coreset.order import ranked
from stages.coreset.params import Network
from stages.coreset.selection import scores

# Added to a seed: an order of chance is neither the one in training nor that of another network.
OWN = {"proxy": 1000, "target": 2000, "mislabelled": 3000}


def run(name: str):
    pool = read(f"coreset.{'target' if name == 'target' else 'proxy'}", Network).pool
    train = images(pool).train
    for seed in each_seed(read("coreset.seeds", Few) if name == "mislabelled" else None):
        rng = start(OWN[name] + seed)
        net = load_net(weights_path(f"coreset/{name}", seed))
        noted = recorded(f"data/coreset/networks/{name}/{seed}.safetensors")
        learnt, events = (torch.as_tensor(noted[what].to_numpy()).to(train.labels)
                          for what in ("learnt", "events"))
        found = scores(net, train.images, learnt, events)
        record(f"data/coreset/ranking/{name}/{seed}.safetensors", {
            "score": ("criterion trained", torch.stack([*found.values()])),
            "order": ("criterion place", torch.stack([ranked(one, rng) for one in found.values()])),
        }, criterion=found)


if __name__ == "__main__":
    main(run)
