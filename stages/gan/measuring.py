"""What is measured of every set of generated images, besides looking at them.

The judge is an independent network (stages/baseline/judge.py). n images are made and compared with the first
n training images, so that all distances have the same bias; test images in their place say what data have.
"""

from dataclasses import dataclass

import torch

from stages.core import quality
from stages.core.data import unit
from stages.core.files import save
from stages.core.nets import load_net
from stages.core.recipe import weights_path
from stages.gan.similarity import cosine, ms_ssim, pairs

NEIGHBOURS = 3                   # of precision and recall


@dataclass
class Judge:
    """The judge of one seed, real images in [0, 1] and what it sees in them."""

    net: torch.nn.Module
    real: torch.Tensor
    train: torch.Tensor
    seen: torch.Tensor

    def frechet(self, images):
        return quality.frechet(self.seen, quality.features(self.net, images))


def judge(name, role, seed, n):
    """The judge of the role `name`, with its first n training images."""
    net = load_net(weights_path(f"judge/{name}", seed))
    real = unit(role.train.first(n, "gan.samples").images)
    return Judge(net, real, unit(role.train.images), quality.features(net, real))


@torch.no_grad()
def sampled(net, *inputs, batch_size=250):
    """The images that a generator makes, as a trained network: in evaluation mode."""
    net.eval()
    return torch.cat([net(*part) for part in zip(*(one.split(batch_size) for one in inputs), strict=True)])


@torch.no_grad()
def measures(judge, images, rng, labels=None):
    """All numbers about a set of images: name -> number.

    sure       mean probability of the class that the judge names, "reality"
    classes    in use: exponential of the entropy of how often each is named
    named      share of images that are named as wanted, if there are labels
    cosine     mean cosine between two images, and ms_ssim, their structural similarity: 1 without variety
    nearest    root mean square difference to the nearest training image, 0 for a copy
    """
    seen = quality.features(judge.net, images)
    z = judge.net.linear(seen.float()).double()
    shares = z.argmax(1).bincount(minlength=z.shape[1]).double() / len(z)
    first, second = pairs(len(images), len(images) // 2, rng)
    found = {
        "sure": z.softmax(1).amax(1).mean(),
        "classes": -torch.special.xlogy(shares, shares).sum(),
        "cosine": cosine(images),
        "ms_ssim": ms_ssim(images[first], images[second]).mean(),
        "frechet": quality.frechet(judge.seen, seen),
        "precision": quality.precision(judge.seen, seen, NEIGHBOURS),
        "recall": quality.recall(judge.seen, seen, NEIGHBOURS),
        "nearest": quality.nearest(images, judge.train).mean(),
    }
    found["classes"] = found["classes"].exp()
    if labels is not None:
        found["named"] = (z.argmax(1) == labels).double().mean()
    return {name: float(value) for name, value in found.items()}


def scalars(found):
    """Numbers as `record` takes them."""
    return {name: ("", value) for name, value in found.items()}


def keep_samples(path, **sets):
    """Writes sets of images in [0, 1] as bytes: data/gan/samples/<path>.safetensors."""
    images = {name: images.mul(255).round().to(torch.uint8) for name, images in sets.items()}
    save(f"data/gan/samples/{path}.safetensors", images)
