"""A generator that is told the class, and a discriminator that names it.

Odena, Olah, Shlens, "Conditional image synthesis with auxiliary classifier GANs", ICML 2017,
https://arxiv.org/abs/1610.09585, section 3: the discriminator says whether an image is real, S, and of which
class it is, C,

    L_S = E log P(S = real | x) + E log P(S = made | G(z, c))
    L_C = E log P(C = c | x) + E log P(C = c | G(z, c))

The discriminator ascends L_S + L_C, the generator L_C - L_S, as usual with log P(S = real | G) for -L_S.
Networks are those of table 2, for CIFAR-10, with all channels times `width`: 1 is the paper's. Real and
generated images are batches of their own, since the discriminator has batch norm.

n images, c classes.
"""

import torch
import torch.nn.functional as F
from torch import nn

from stages.core.compute import device, generator, start
from stages.core.data import Batches, load_role, unit
from stages.core.files import save
from stages.core.histories import keep_history
from stages.core.measurements import record
from stages.core.optimizers import Adam
from stages.core.params import Count, Few, read
from stages.core.progress import progress
from stages.core.recipe import weights_path
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.gan.losses import logistic, non_saturating
from stages.gan.measuring import judge, keep_samples, measures, sampled, scalars
from stages.gan.nets import SLOPE, Centred, Shown, made
from stages.gan.params import Acgan
from stages.gan.players import Player, frozen, gaussian, playing
from stages.gan.similarity import ms_ssim, pairs

BETAS = 0.5, 0.999
MAPS = 384, 192, 96                                          # of the generator, at 4x4, 8x8 and 16x16
CRITICS = (16, 2), (32, 1), (64, 2), (128, 1), (256, 2), (512, 1)        # channels and stride


def channels(maps, width):
    """So many channels times `width`, at least one."""
    return max(1, round(maps * width))


class Generator(nn.Module):
    """Noise (n, latent) and classes as rows of shares (n, c) -> images (n, 3, 32, 32)."""

    def __init__(self, latent, classes, width):
        super().__init__()
        first, second, third = (channels(maps, width) for maps in MAPS)
        self.layers = made(
            nn.Linear(latent + classes, 16 * first), nn.Unflatten(1, (first, 4, 4)), nn.ReLU(),
            *upward(first, second), nn.BatchNorm2d(second), nn.ReLU(),
            *upward(second, third), nn.BatchNorm2d(third), nn.ReLU(),
            *upward(third, 3), Shown(),
        )

    def forward(self, z, classes):
        return self.layers(torch.cat([z, classes], 1))


def upward(inputs, outputs):
    """A transposed convolution to twice the size."""
    return [nn.ConvTranspose2d(inputs, outputs, 5, 2, padding=2, output_padding=1)]


class Critic(nn.Module):
    """Images (n, 3, 32, 32) -> logit of being real (n,), logits of the classes (n, c)."""

    def __init__(self, classes, width, dropout):
        super().__init__()
        layers, inputs = [Centred()], 3
        for i, (maps, stride) in enumerate(CRITICS):
            outputs = channels(maps, width)
            layers += [nn.Conv2d(inputs, outputs, 3, stride, padding=1)]
            layers += [nn.BatchNorm2d(outputs)] if i else []
            layers += [nn.LeakyReLU(SLOPE), nn.Dropout(dropout)]
            inputs = outputs
        self.layers = made(*layers, nn.Flatten(), nn.Linear(16 * inputs, 1 + classes))

    def forward(self, x):
        found = self.layers(x)
        return found[:, 0], found[:, 1:]


def turn(made_by, critic, noise, classes, rng):
    """A turn as `playing` takes it: one step each, the generator's on what the critic has just seen."""
    def one(stream, taken):
        x, y = next(stream)
        wanted = torch.randint(classes, (len(x),), generator=rng, device=x.device)
        images = made_by.net(noise(len(x)), F.one_hot(wanted, classes).float())
        (real, real_class), (fake, fake_class) = critic.net(x), critic.net(images.detach())
        naming = F.cross_entropy(real_class, y) + F.cross_entropy(fake_class, wanted)
        lost = critic.update(logistic(real, fake) + naming)
        with frozen(critic.net):
            fake, fake_class = critic.net(images)
            missed = made_by.update(non_saturating(fake) + F.cross_entropy(fake_class, wanted))
        return {"generator": missed, "critic": lost}

    return one


def within_classes(images, labels, classes, count, rng):
    """Mean MS-SSIM of `count` pairs of images of each class: (c,)."""
    found = []
    for label in range(classes):
        mine = images[labels == label]
        first, second = pairs(len(mine), count, rng)
        found.append(ms_ssim(mine[first], mine[second]).mean())
    return torch.stack(found)


def run():
    settings, role = read("gan.acgan", Acgan), load_role("objects")
    classes, samples = len(role.classes), read("gan.samples", Count)
    for seed in each_seed(read("gan.seeds", Few)):
        rng = start(seed)
        nets = (Generator(settings.latent, classes, settings.width),
                Critic(classes, settings.width, settings.dropout))
        made_by, critic = (Player(net, Adam(net.parameters(), settings.lr, BETAS)) for net in nets)
        noise = gaussian(settings.latent, rng)
        rows = playing(made_by, critic, Batches(role.train, settings.batch_size, rng, flip=True),
                       turn(made_by, critic, noise, classes, rng), settings.epochs)
        history = list(progress(rows, settings.epochs, f"acgan, seed {seed}"))
        keep_history("gan/acgan", seed, history)
        save(weights_path("gan/acgan", seed), made_by.net.state_dict())
        labels = torch.arange(samples, device=device) % classes
        images = sampled(made_by.net, noise(samples), F.one_hot(labels, classes).float())
        keep_samples(f"acgan/{seed}", last=images)
        found = measures(judge("objects", role, seed, samples), images, rng, labels)
        pairs_of, train = (classes, settings.pairs, generator(seed)), role.train
        record(f"data/gan/acgan/{seed}.safetensors", scalars(found) | {
            "alike": ("class", within_classes(images, labels, *pairs_of)),
            "alike_data": ("class", within_classes(unit(train.images), train.labels, *pairs_of)),
        }, {"parameters": [sum(w.numel() for w in net.parameters()) for net in nets]})


if __name__ == "__main__":
    main(run)
