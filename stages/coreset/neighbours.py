"""How near each training image is to another: near-duplicates are the tenth that is nearest.

The distance is the root mean square difference of pixels in [0, 1], of images as the target sees them.
"""

import torch

from stages.core.compute import start
from stages.core.measurements import record
from stages.core.params import read
from stages.core.stage import main
from stages.coreset.images import images
from stages.coreset.params import Network


def nearest_other(pixels, batch_size=500):
    """Distance of each image (n, c, h, w), uint8, to the nearest of the others: float32 (n,)."""
    x = pixels.flatten(1).float() / 255
    found = []
    for at in torch.arange(len(x), device=x.device).split(batch_size):
        found.append(torch.cdist(x[at], x).scatter_(1, at[:, None], torch.inf).amin(1))
    return torch.cat(found) / x.shape[1] ** 0.5


def run():
    start(0)
    train = images(read("coreset.target", Network).pool).train
    record("data/coreset/neighbours.safetensors", {
        "distance": ("trained", nearest_other(train.images)), "label": ("trained", train.labels),
    })


if __name__ == "__main__":
    main(run)
