"""A sketch becomes an image: are its lines enough for a network that is told the class?

Santurkar et al. 2019, section 3.5: x0 is a sketch, and x = argmin_{|x' - x0|_2 <= epsilon} L(x', y). The
paper's sketches are drawn by people; here they are the edges of test images, Sobel's filter (scikit-image) of
their brightness: dark lines on white, the strongest of an image black.
"""

from functools import partial

import numpy as np
import torch

from stages.core.attacks import losses
from stages.core.compute import start
from stages.core.data import load_role
from stages.core.params import Few, read
from stages.core.quality import named
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.synthesis.descent import painted
from stages.synthesis.params import Descent
from stages.synthesis.recipe import by_image, evenly, judge_of, keep, painters


def sketches(images):
    """Images of the edges of `images`, (n, c, h, w), in grey."""
    from skimage.filters import sobel

    edges = np.stack([sobel(image) for image in images.mean(1).cpu().numpy()])          # (n, h, w)
    edges = torch.from_numpy(edges).to(images)
    strongest = edges.amax((1, 2), keepdim=True)
    lines = edges / torch.where(strongest > 0, strongest, 1)
    return (1 - lines)[:, None].expand(images.shape).contiguous()


def run():
    settings, role = read("synthesis.sketch", Descent), load_role("objects")
    truth, y = evenly(role.test, settings.per_class, "synthesis.sketch.per_class")
    x = sketches(truth)
    for seed in each_seed(read("synthesis.seeds", Few)):
        start(seed)
        judge = judge_of(seed)
        made = {name: painted(partial(losses, net), x, [y], settings) for name, net in painters(seed).items()}
        pictures = {"start": x} | made | {"real": truth}
        keep("sketch", seed, settings.per_class, pictures, {
            "named": by_image("network", (named(judge, one, y) for one in pictures.values())),
        })


if __name__ == "__main__":
    main(run)
