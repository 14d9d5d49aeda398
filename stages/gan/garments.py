"""Two generators of garments, of dense layers and of transposed convolutions, as an assignment asks for them.

Each step: b real and b generated images become one batch of 2b, which is permuted together with its targets;
the discriminator descends the binary cross-entropy; then the generator does, of b new images with the target
1, through the discriminator as it is. Noise is normal, both by Adam.

    dense           100 -> 256 -> 512 -> 1024 -> pixels, batch norm, leaky ReLU; the discriminator mirrored,
                    dropout instead of batch norm, which a mixed batch would mix up
    convolutional   100 -> 128 x 7x7 -> 64 x 14x14 -> 1 x 28x28 by transposed 5x5 convolutions; mirrored
    soft            dense, with targets 0.9 and 0.1 for the discriminator
    noisy           dense, with normal noise on all that the discriminator sees

All units and channels times `width`, of which 1 is the assignment's.
"""

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from stages.core.compute import device, generator, start
from stages.core.data import Batches, load_role
from stages.core.errors import UserError
from stages.core.histories import keep_history
from stages.core.measurements import record
from stages.core.optimizers import Adam
from stages.core.params import Count, Few, read
from stages.core.progress import progress
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.gan.measuring import judge, keep_samples, measures, sampled, scalars
from stages.gan.nets import SLOPE, Centred, Shown
from stages.gan.params import Garments, Variant
from stages.gan.players import Player, frozen, gaussian, playing

BETAS = 0.5, 0.999
UNITS, MAPS, SIDE = (256, 512, 1024), (128, 64), 7
EVERY = 10                                                   # epochs from one picture to the next


def dense(latent, width, dropout, shape):
    """A generator and a discriminator of dense layers."""
    sizes = [latent, *(max(1, round(width * units)) for units in UNITS)]
    up, down = [], []
    for inputs, outputs in pairwise(sizes):
        up += [nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), nn.LeakyReLU(SLOPE)]
    units = [shape.numel(), *reversed(sizes[1:])]
    for inputs, outputs in pairwise(units):
        down += [nn.Linear(inputs, outputs), nn.LeakyReLU(SLOPE), nn.Dropout(dropout)]
    return (nn.Sequential(*up, nn.Linear(sizes[-1], shape.numel()), Shown(), nn.Unflatten(1, shape)),
            nn.Sequential(nn.Flatten(), Centred(), *down, nn.Linear(units[-1], 1), nn.Flatten(0)))


def convolutional(latent, width, dropout, shape):
    """The same of convolutions, for images of 28x28."""
    if tuple(shape[1:]) != (4 * SIDE, 4 * SIDE):
        raise UserError(f"the convolutional generator makes images of 28x28, not {shape[1]}x{shape[2]}: "
                        "set the shape of `data.garments`")
    first, second = (max(1, round(width * maps)) for maps in MAPS)
    up = [nn.Linear(latent, first * SIDE**2), nn.Unflatten(1, (first, SIDE, SIDE)),
          nn.BatchNorm2d(first), nn.LeakyReLU(SLOPE),
          nn.ConvTranspose2d(first, second, 5, 2, 2, output_padding=1), nn.BatchNorm2d(second),
          nn.LeakyReLU(SLOPE), nn.ConvTranspose2d(second, shape[0], 5, 2, 2, output_padding=1), Shown()]
    down = [Centred(), nn.Conv2d(shape[0], second, 5, 2, 2), nn.LeakyReLU(SLOPE), nn.Dropout(dropout),
            nn.Conv2d(second, first, 5, 2, 2), nn.LeakyReLU(SLOPE), nn.Dropout(dropout),
            nn.Flatten(), nn.Linear(first * SIDE**2, 1), nn.Flatten(0)]
    return nn.Sequential(*up), nn.Sequential(*down)


NETS = {"dense": dense, "convolutional": convolutional}


def mixed_batch(real, made, targets, rng):
    """One batch of real and generated images in one new order, and the target of each."""
    order = torch.randperm(len(real) + len(made), generator=rng, device=real.device)
    wanted = torch.cat([real.new_full((len(real),), targets.real), real.new_full((len(made),), targets.made)])
    return torch.cat([real, made])[order], wanted[order]


def turn(made_by, critic, noise, targets, rng):
    """A turn as `playing` takes it, with the share of the discriminator's batch that it has right."""
    def seen(images):
        if not targets.noise:
            return images
        return images + targets.noise * torch.randn(images.shape, generator=rng, device=images.device)

    def one(stream, taken):
        real = next(stream)[0]
        with torch.no_grad():
            made = made_by.net(noise(len(real)))
        images, wanted = mixed_batch(real, made, targets, rng)
        logits = critic.net(seen(images))
        right = ((logits > 0) == (wanted > 0.5)).float().mean()
        lost = critic.update(F.binary_cross_entropy_with_logits(logits, wanted))
        with frozen(critic.net):
            logits = critic.net(seen(made_by.net(noise(len(real)))))
            missed = made_by.update(F.binary_cross_entropy_with_logits(logits, torch.ones_like(logits)))
        return {"generator": missed, "critic": lost, "right": right}

    return one


@torch.no_grad()
def summary(net, x):
    """For every layer its kind, the shape of what it gives for x, (1, ...), and its parameters."""
    found = []
    for layer in net.eval():
        x = layer(x)
        found.append((type(layer).__name__, list(x.shape[1:]), sum(w.numel() for w in layer.parameters())))
    return found


def trained(nets, how, settings, role, shown, rng):
    """A training's rows, and the pictures made of the noise `shown` on the way, epoch -> images."""
    made_by, critic = (Player(net, Adam(net.parameters(), settings.lr, BETAS)) for net in nets)
    pictures = {}

    def look(row):
        if row["epoch"] == 1 or row["epoch"] % EVERY == 0:
            pictures[str(row["epoch"])] = sampled(made_by.net, shown)

    one = turn(made_by, critic, gaussian(settings.latent, rng), how, rng)
    batches = Batches(role.train, settings.batch_size, rng)
    rows = playing(made_by, critic, batches, one, settings.epochs, settings.turns, look, pictures)
    return rows, pictures


def run(variant: str):
    settings, how = read("gan.garments", Garments), read(f"gan.variants.{variant}", Variant)
    role, samples = load_role("garments"), read("gan.samples", Count)
    shape = role.train.images[0].shape
    for seed in each_seed(read("gan.seeds", Few)):
        rng = start(seed)
        nets = NETS[how.net](settings.latent, settings.width, settings.dropout, shape)
        nets = [net.to(device) for net in nets]
        shown = gaussian(settings.latent, generator(seed))(samples)
        rows, pictures = trained(nets, how, settings, role, shown[: settings.shown], rng)
        history = list(progress(rows, settings.epochs, f"{variant}, seed {seed}"))
        keep_history(f"gan/garments/{variant}", seed, history)
        images = sampled(nets[0], shown)
        keep_samples(f"garments/{variant}/{seed}", last=images, **pictures)
        found = measures(judge("garments", role, seed, samples), images, rng)
        layers = [summary(net, x) for net, x in zip(nets, (shown[:1], images[:1]), strict=True)]
        record(f"data/gan/garments/{variant}/{seed}.safetensors", scalars(found), {"layers": layers})


if __name__ == "__main__":
    main(run)
