"""What is blurred: does a robust network put back what was lost when an image was shrunk?

Santurkar et al. 2019, section 3.4: x0 is the small image, its pixels made squares, and

    x = argmin_{|x' - x0|_2 <= epsilon} L(x', y)   in a small ball, y the true label.

The network is told the class, and bicubic interpolation, beside which it is measured, is not: that the class
is kept more often is little to its credit unless the standard network keeps it less.
"""

from functools import partial

import torch.nn.functional as F

from stages.core.attacks import losses
from stages.core.compute import start
from stages.core.data import load_role
from stages.core.errors import UserError
from stages.core.params import Few, read
from stages.core.quality import named
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.synthesis.descent import painted
from stages.synthesis.fidelity import psnr, ssim
from stages.synthesis.params import SuperResolution
from stages.synthesis.recipe import by_image, evenly, judge_of, keep, painters


def enlarged(small, factor):
    """Every pixel as a square of `factor` times `factor`."""
    return small.repeat_interleave(factor, 2).repeat_interleave(factor, 3)


def run():
    settings, role = read("synthesis.super_resolution", SuperResolution), load_role("objects")
    truth, y = evenly(role.test, settings.per_class, "synthesis.super_resolution.per_class")
    for factor in settings.factors:
        if truth.shape[2] % factor or truth.shape[3] % factor:
            raise UserError(f"`synthesis.super_resolution.factors` has {factor}, which does not divide the "
                            f"{truth.shape[2]} x {truth.shape[3]} pixels of an image")
    for seed in each_seed(read("synthesis.seeds", Few)):
        start(seed)
        nets, judge = painters(seed), judge_of(seed)
        for factor in settings.factors:
            small = F.avg_pool2d(truth, factor)
            x = enlarged(small, factor)
            bicubic = F.interpolate(small, scale_factor=factor, mode="bicubic").clamp(0, 1)
            made = {name: painted(partial(losses, net), x, [y], settings) for name, net in nets.items()}
            pictures = {"start": x, "bicubic": bicubic} | made | {"real": truth}
            keep(f"super_resolution/{factor}", seed, settings.per_class, pictures, {
                "psnr": by_image("network", (psnr(one, truth) for one in pictures.values())),
                "ssim": by_image("network", (ssim(one, truth) for one in pictures.values())),
                "named": by_image("network", (named(judge, one, y) for one in pictures.values())),
            })


if __name__ == "__main__":
    main(run)
