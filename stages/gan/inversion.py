"""Where in its latent space is an image, and what lies between two of them?

For test images x of known class c, z is searched that the trained generator makes into x:

    z = argmin |G(z, c) - x|^2                                                  Adam, from normal noise

Then z and the shares of the classes go in a straight line from one image's to another's. Distances are root
mean squares over pixels: of each image to the next along the path, and of both ends to one another.
"""

import torch
import torch.nn.functional as F

from stages.core.compute import device, start
from stages.core.data import load_role, unit
from stages.core.files import load
from stages.core.measurements import record
from stages.core.optimizers import Adam
from stages.core.params import Few, read
from stages.core.quality import nearest
from stages.core.recipe import weights_path
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.gan.acgan import Generator
from stages.gan.measuring import keep_samples
from stages.gan.params import Acgan, Inversion


def apart(x, y):
    """Root mean square difference of two images each: (n,)."""
    return (x - y).flatten(1).square().mean(1).sqrt()


def inverted(net, images, shares, z, lr, steps):
    """Latent vectors, from z (n, latent), of which `net` makes nearly `images`."""
    z = z.clone().requires_grad_()
    optimizer = Adam([z], lr)
    for _ in range(steps):
        optimizer.zero_grad()
        (net(z, shares) - images).flatten(1).square().mean(1).sum().backward()
        optimizer.step()
    return z.detach()


def path(net, z, shares, points):
    """Images on straight lines between neighbours: z (n, latent) -> (n / 2, points, c, h, w)."""
    at = torch.linspace(0, 1, points, device=z.device)[:, None, None]
    z, shares = (torch.lerp(one[::2], one[1::2], at) for one in (z, shares))           # (points, n / 2, .)
    images = net(z.flatten(0, 1), shares.flatten(0, 1))
    return images.unflatten(0, (points, -1)).transpose(0, 1)


def along(paths):
    """Of paths (pairs, points, c, h, w) how far each image is from the next, (pairs, points - 1), and both
    ends from one another, (pairs,).
    """
    return torch.stack([apart(one[:-1], one[1:]) for one in paths]), apart(paths[:, 0], paths[:, -1])


def run():
    shape, settings, role = read("gan.acgan", Acgan), read("gan.inversion", Inversion), load_role("objects")
    test, classes = role.test.first(2 * settings.pairs, "gan.inversion.pairs"), len(role.classes)
    images, shares = unit(test.images), F.one_hot(test.labels, classes).float()
    for seed in each_seed(read("gan.seeds", Few)):
        rng = start(seed)
        net = Generator(shape.latent, classes, shape.width)
        net.load_state_dict(load(weights_path("gan/acgan", seed))[0])
        net.eval().requires_grad_(False)
        z = torch.randn(len(images), shape.latent, generator=rng, device=device)
        z = inverted(net, images, shares, z, settings.lr, settings.steps)
        found, between = net(z, shares), path(net, z, shares, settings.points)
        steps, ends = along(between)
        record(f"data/gan/inversion/{seed}.safetensors", {
            "error": ("image", apart(found, images)),
            "nearest": ("image", nearest(images, unit(role.train.images))),
            "step": ("pair point", steps), "ends": ("pair", ends),
        })
        keep_samples(f"inversion/{seed}", test=images, inverted=found, between=between.flatten(0, 1))


if __name__ == "__main__":
    main(run)
