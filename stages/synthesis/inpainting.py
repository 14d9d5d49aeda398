"""What is missing: does a robust network paint into a box what was there?

Santurkar et al. 2019, section 3.2: with m 1 in the box, and x0 the image with the box filled by a mean,

    x = argmin_{|x' - x0|_2 <= epsilon}  L(x', y) + weight * mean(((x' - x0) (1 - m))^2)

How near the box is to what was there is measured beside two ways without a network: the mean of what is left
of the image, per channel, and the smooth surface that continues what is around (biharmonic interpolation,
Damelin & Hoang 2018, by scikit-image).
"""

import numpy as np
import torch

from stages.core.attacks import losses
from stages.core.compute import start
from stages.core.data import load_role
from stages.core.params import Few, read
from stages.core.quality import named
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.synthesis.descent import boxes, outside, painted
from stages.synthesis.fidelity import psnr, ssim
from stages.synthesis.params import Masked
from stages.synthesis.recipe import by_image, evenly, judge_of, keep, painters


def filled(x, mask):
    """Images with their boxes filled by the mean of what is outside, per channel."""
    left = 1 - mask
    mean = (x * left).sum((2, 3), keepdim=True) / left.sum((2, 3), keepdim=True)
    return x * left + mean * mask


def interpolated(x, mask):
    """Images with their boxes filled by biharmonic interpolation of what is around."""
    from skimage.restoration import inpaint_biharmonic

    pairs = zip(x.cpu().numpy(), mask[:, 0].cpu().numpy() > 0, strict=True)
    found = np.stack([inpaint_biharmonic(image, hole, channel_axis=0) for image, hole in pairs])
    return torch.from_numpy(found).to(x).clamp(0, 1)


def objective(net, weight):
    """The loss of each image, (n,), with the price of changes outside the box."""
    return lambda at, y, x, mask: losses(net, at, y) + weight * outside(at, x, mask)


def run():
    settings, role = read("synthesis.inpainting", Masked), load_role("objects")
    truth, y = evenly(role.test, settings.per_class, "synthesis.inpainting.per_class")
    for seed in each_seed(read("synthesis.seeds", Few)):
        mask = boxes(truth, settings.box, start(seed), "synthesis.inpainting.box")
        x, judge = filled(truth, mask), judge_of(seed)
        made = {name: painted(objective(net, settings.weight), x, [y, x, mask], settings)
                for name, net in painters(seed).items()}
        pictures = {"start": x, "interpolated": interpolated(truth, mask)} | made | {"real": truth}
        pasted = [truth * (1 - mask) + images * mask for images in pictures.values()]
        keep("inpainting", seed, settings.per_class, pictures, {
            "psnr": by_image("network", (psnr(one, truth, mask) for one in pasted)),
            "ssim": by_image("network", (ssim(one, truth) for one in pasted)),
            "named": by_image("network", (named(judge, one, y) for one in pictures.values())),
            "outside": by_image("painter", (outside(one, x, mask) for one in made.values())),
        })


if __name__ == "__main__":
    main(run)
