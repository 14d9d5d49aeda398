"""Which rule bears which learning rate? Small perceptrons on `digits`, over rates and seeds.

Arjovsky et al. 2017, section 4.3, compare how often trainings fail. A training has collapsed here, as
`gan.rates` says, if its samples differ from one another by less than a share of what images of the data do,
if the judge sees too few classes in them, or if a loss was no longer finite.
"""

import torch
from torch import nn

from stages.core.compute import device, start
from stages.core.data import Batches, load_role
from stages.core.measurements import record
from stages.core.params import Count, Few, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.gan.measuring import judge, sampled
from stages.gan.nets import SLOPE, Centred, Shown
from stages.gan.params import Rates, Rules
from stages.gan.players import gaussian, playing
from stages.gan.rules import player, turn

KINDS = "non_saturating", "wgan", "penalty"


def perceptrons(latent, hidden, shape):
    """A generator and a critic with one hidden layer each."""
    pixels = shape.numel()
    generator = nn.Sequential(
        nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, pixels), Shown(), nn.Unflatten(1, shape))
    critic = nn.Sequential(
        nn.Flatten(), Centred(), nn.Linear(pixels, hidden), nn.LeakyReLU(SLOPE), nn.Linear(hidden, 1),
        nn.Flatten(0))
    return generator.to(device), critic.to(device)


def spread(images):
    """Root mean square difference, over pixels, between two of the images."""
    return (2 * images.flatten(1).var(0).mean()).sqrt().item()


@torch.no_grad()
def collapsed(images, looks, settings):
    """Whether images are without variety, by the rule in `settings`."""
    named = looks.net(images).argmax(1).unique()
    return spread(images) < settings.spread * spread(looks.real) or len(named) < settings.classes


def trained(kind, rate, role, settings, rules, rng):
    """The samples after a training, none if a loss was not finite."""
    nets = perceptrons(settings.latent, settings.hidden, role.train.images[0].shape)
    made_by, critic = (player(kind, net, rate) for net in nets)
    noise = gaussian(settings.latent, rng)
    one = turn(kind, made_by, critic, noise, settings.critic_steps, rules, rng)
    try:
        list(playing(made_by, critic, Batches(role.train, settings.batch_size, rng), one, settings.epochs))
    except FloatingPointError:
        return None
    return sampled(made_by.net, noise(settings.judged))


def run():
    settings, rules, role = read("gan.rates", Rates), read("gan.rules", Rules), load_role("digits")
    for seed in each_seed(read("gan.seeds", Few)):
        rng = start(seed)
        looks = judge("digits", role, seed, read("gan.samples", Count))
        found = torch.zeros(2, len(KINDS), len(settings.rates), dtype=torch.float64, device="cpu")
        for i, kind in enumerate(KINDS):
            for j, rate in enumerate(settings.rates):
                images = trained(kind, rate, role, settings, rules, rng)
                found[0, i, j] = images is None or collapsed(images, looks, settings)
                found[1, i, j] = torch.nan if images is None else looks.frechet(images)
        record(f"data/gan/rates/{seed}.safetensors", {
            "collapsed": ("network rate", found[0]), "frechet": ("network rate", found[1]),
        }, network=KINDS, rate=settings.rates)


if __name__ == "__main__":
    main(run)
