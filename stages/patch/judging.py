"""What networks say of test images with patches.

Each image has one target, never its own class, and one place for each size: the same for all patches and
networks of a seed, so that these can be compared image by image.
"""

import torch

from stages.core.compute import device, generator, mixed
from stages.core.data import unit
from stages.core.files import load
from stages.patch.learning import GREY
from stages.patch.params import pixels_path

BATCH = 258


def targets(labels, classes):
    """A target for each image, other than its label, each as often as any other: (n,)."""
    return (labels + 1 + torch.arange(len(labels), device=labels.device) % (classes - 1)) % classes


def learned(source, side, seed):
    """The patches that were learnt against `source`: (classes + 1, c, side, side), the last untargeted."""
    return load(pixels_path(source, side, seed))[0]["pixels"].to(device)


class Trial:
    """The images of a test split, with their targets, and places drawn for a seed."""

    def __init__(self, split, classes, placing, seed):
        self.x, self.labels, self.placing, self.seed = unit(split.images), split.labels, placing, seed
        self.targets = targets(split.labels, classes)

    def places(self, side):
        """A place for each image."""
        return self.placing.places(len(self.x), side, self.x.shape[-1], generator(self.seed))

    def clean(self, net):
        """What `net` says without patches: (n,)."""
        return said(net, self.x)

    def targeted(self, net, patches):
        """What `net` says of images with the patch of their target."""
        return self.named(net, patches[self.targets])

    def untargeted(self, net, patches):
        """What `net` says of images with the last patch."""
        return self.named(net, patches[-1:].expand(len(self.x), -1, -1, -1))

    def named(self, net, patches, places=None):
        """What `net` says of images with `patches`, one each."""
        places = self.places(patches.shape[-1]) if places is None else places
        return said(net, self.placing.pasted(self.x, patches, places))

    def facts(self, net):
        """What rates are made of besides what `net` says of patched images, to be recorded."""
        return {"label": ("image", self.labels), "target": ("image", self.targets),
                "clean": ("image", self.clean(net))}


@torch.no_grad()
def said(net, x):
    """The class that `net` names for each image: (n,)."""
    with mixed():
        return torch.cat([net(part).argmax(1) for part in x.split(BATCH)])


def controls(trial, train, side):
    """Patches that nothing was learnt for, one for each image: name -> (n, c, side, side).

    `piece` is a random piece of a training image of the target; Brown et al. paste a picture of a toaster.
    """
    rng = generator(trial.seed)
    n, channels, height, width = trial.x.shape
    shape = n, channels, side, side
    grey, noise = torch.full(shape, GREY, device=device), torch.rand(shape, generator=rng, device=device)
    by_class, counts = train.labels.argsort(stable=True), train.labels.bincount()
    share = torch.rand(3, n, generator=rng, device=device)
    before = (counts.cumsum(0) - counts)[trial.targets]
    chosen = by_class[before + (share[0].double() * counts[trial.targets]).long()]
    steps = torch.arange(side, device=device)
    row, column = ((share[i, :, None] * (size - side + 1)).long() + steps
                   for i, size in ((1, height), (2, width)))
    piece = unit(train.images)[chosen[:, None, None], :, row[:, :, None], column[:, None, :]]
    return {"grey": grey, "noise": noise, "piece": piece.permute(0, 3, 1, 2)}
