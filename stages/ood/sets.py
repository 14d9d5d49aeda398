"""The out-of-distribution test sets and the outliers, checked for images that are in both.

Real images come from data roles; digits are put on a black ground of 32x32 pixels, their grey in all three
channels. The two noises are those of Liang et al., ICLR 2018, https://arxiv.org/abs/1706.02690, as their code
has them, in 8 bits as images are: uniform in [0, 1], and clip(N(0, 1) + 1/2, 0, 1), for each value.

An image of the outliers that is also in a test set would have been learnt by heart: that is refused, by the
hash of its bytes. Their own test set is of the same kind and may share some, as CIFAR-100's does: those are
left out of the outliers.
"""

import hashlib

import torch
import torch.nn.functional as F

from stages.core.compute import start
from stages.core.data import load_role
from stages.core.errors import UserError
from stages.core.files import save
from stages.core.params import Count, read
from stages.core.stage import main
from stages.ood.recipe import OUTLIERS_PATH, SETS_PATH

ROLES = "outliers", "scenes", "textures", "faces", "text", "digits"
SEED = 0                                                     # of the noises, the same for every network
NOISES = {
    "gaussian": "clip(N(0, 1) + 1/2, 0, 1) for each value",
    "uniform": "uniform in [0, 1] for each value",
}


def noise(name, shape, rng):
    """Images of noise, uint8 of `shape` (n, 3, h, w)."""
    if name == "gaussian":
        values = torch.randn(shape, generator=rng, device=rng.device) + 0.5
    else:
        values = torch.rand(shape, generator=rng, device=rng.device)
    return (255 * values.clamp(0, 1)).round().to(torch.uint8)


def coloured(images, shape):
    """Images (n, 1 or 3, h, w) as RGB of `shape` (3, h, w), on a black ground where they are smaller."""
    across, down = shape[2] - images.shape[3], shape[1] - images.shape[2]
    if min(across, down) < 0:
        raise UserError(f"images of {tuple(images.shape[2:])} pixels do not fit into {tuple(shape[1:])}")
    padded = F.pad(images, (across // 2, across - across // 2, down // 2, down - down // 2))
    return padded.expand(-1, 3, -1, -1)


def hashes(images):
    """A hash of the bytes of each image: a list."""
    return [hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in images.cpu().numpy()]


def apart(outliers, own_test, tests):
    """The split `outliers` without the images of its own test set; UserError if one is in another test set.

    `tests` is a dict of images by name.
    """
    known = hashes(outliers.images)
    for name, images in tests.items():
        shared = set(known) & set(hashes(images))
        if shared:
            raise UserError(
                f"the outliers share {len(shared)} image(s) with the test set `{name}`: they must be "
                "disjoint from what networks are tested on; change `data.outliers` or that set"
            )
    forbidden = set(hashes(own_test))
    kept = torch.tensor([one not in forbidden for one in known], device=outliers.labels.device)
    return outliers.at(kept)


def run():
    count = read("ood.noise", Count)
    rng = start(SEED)
    objects = load_role("objects")
    shape = objects.test.images.shape[1:]
    roles = {name: load_role(name) for name in ROLES}
    sets = {name: coloured(role.test.images, shape) for name, role in roles.items()}
    sets |= {name: noise(name, (count, *shape), rng) for name in NOISES}
    others = {name: images for name, images in sets.items() if name != "outliers"}
    outliers = apart(roles["outliers"].train, sets["outliers"], {"objects": objects.test.images} | others)
    save(OUTLIERS_PATH, {"images": outliers.images, "labels": outliers.labels},
         classes=roles["outliers"].classes)
    save(SETS_PATH, sets, sources={name: role.source for name, role in roles.items()} | NOISES)
    dropped = len(roles["outliers"].train) - len(outliers)
    print(f"{sum(map(len, sets.values()))} test images of {len(sets)} sets, {len(outliers)} outliers; "
          f"{dropped} were left out, being among their own test images")


if __name__ == "__main__":
    main(run)
