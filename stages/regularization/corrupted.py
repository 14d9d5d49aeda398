"""Which corrupted test images does every network still get right?

Hendrycks & Dietterich, ICLR 2019, https://arxiv.org/abs/1903.12261, section 4.
"""

import torch

from stages.core.compute import start
from stages.core.files import load, save, write_json
from stages.core.nets import load_net
from stages.core.params import Depth, read
from stages.core.scores import correct, logits
from stages.core.stage import main
from stages.regularization.params import Corruption
from stages.regularization.paths import NETWORKS, network_path, result_path
from stages.regularization.tested import tested


def withstood(net, sets, labels):
    """Which images of `sets`, uint8 (severities, n, c, h, w), are right: bool (severities, n)."""
    return torch.stack([correct(logits(net, images), labels) for images in sets])


def run(seed: int):
    settings, depth = read("regularization.corruption", Corruption), read("training.depth", Depth)
    start(seed)
    test = tested()
    nets = {name: load_net(network_path(name, depth, seed)) for name in NETWORKS}
    right = {name: [] for name in NETWORKS}
    for corruption in settings.names:
        images, _ = load(result_path("corruptions", corruption))
        sets = [images[str(severity)][: len(test)].to(test.images.device) for severity in settings.severities]
        for name, net in nets.items():
            right[name].append(withstood(net, sets, test.labels))
    right = {name: torch.stack(found) for name, found in right.items()}      # (corruptions, severities, n)
    save(result_path("corrupted", seed), right)
    write_json(f"metrics/regularization/corrupted/{seed}.json", {
        name: dict(zip(settings.names, found.double().mean((1, 2)).tolist(), strict=True))
        for name, found in right.items()
    })


if __name__ == "__main__":
    main(run)
