"""Conditional generative adversarial nets: both players are told which digit it is.

Mirza & Osindero, 2014, https://arxiv.org/abs/1411.1784, section 4.1: y, a row of ten numbers of which one is
1, is an input of both. Noise is uniform in [0, 1].

    generator       z -> ReLU units,    y -> ReLU units,    both -> ReLU units -> sigmoid pixels
    discriminator   x -> maxout units,  y -> maxout units,  both -> maxout units -> sigmoid

Dropout in both players; when images are judged it is off. The rule `sgd` is the paper's: the learning rate
falls by 1.00004 a step, not below 1e-6, momentum rises from 0.5 to 0.7. That takes hundreds of epochs; `adam`
is for fewer. The paper takes the networks whose validation images are likeliest; here it is the last.
`unconditional` is the same without what y adds.

n images, c classes.
"""

import torch
import torch.nn.functional as F
from torch import nn

from stages.core.compute import device, start
from stages.core.data import Batches, load_role, unit
from stages.core.errors import UserError
from stages.core.histories import keep_history
from stages.core.measurements import record
from stages.core.optimizers import Adam
from stages.core.params import Count, Few, among, read
from stages.core.progress import progress
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.core.train import SGD
from stages.gan.losses import logistic, non_saturating
from stages.gan.measuring import judge, keep_samples, measures, sampled, scalars
from stages.gan.params import Conditional
from stages.gan.parzen import parzen
from stages.gan.players import Player, frozen, playing

KINDS = "conditional", "unconditional"
DECAY, LEAST = 1.00004, 1e-6
MOMENTA, BETAS = (0.5, 0.7), (0.5, 0.999)


class Maxout(nn.Module):
    """The largest of `pieces` linear functions for each unit. Goodfellow et al., ICML 2013."""

    def __init__(self, inputs, units, pieces):
        super().__init__()
        self.linear, self.pieces = nn.Linear(inputs, units * pieces), pieces

    def forward(self, x):
        return self.linear(x).unflatten(1, (-1, self.pieces)).amax(2)


class Generator(nn.Module):
    """Noise (n, latent), and y (n, c) unless `labels` is 0, -> images of a `shape`."""

    def __init__(self, latent, labels, shape, z, y, joint, dropout):
        super().__init__()
        self.labels = labels
        self.of_noise = nn.Linear(latent, z)
        self.of_label = nn.Linear(labels, y) if labels else None
        self.drop = nn.Dropout(dropout)
        self.joint = nn.Linear(z + (y if labels else 0), joint)
        self.pixels = nn.Linear(joint, shape.numel())
        self.shape = shape

    def forward(self, z, y):
        parts = [F.relu(self.of_noise(z))] + ([F.relu(self.of_label(y))] if self.labels else [])
        x = F.relu(self.joint(self.drop(torch.cat(parts, 1))))
        return self.pixels(self.drop(x)).sigmoid().unflatten(1, self.shape)


class Critic(nn.Module):
    """Images (n, ...), and y (n, c) unless `labels` is 0, -> logits (n,)."""

    def __init__(self, labels, shape, x, y, joint, pieces, joint_pieces, dropout):
        super().__init__()
        self.labels = labels
        self.of_image = Maxout(shape.numel(), x, pieces)
        self.of_label = Maxout(labels, y, pieces) if labels else None
        self.drop = nn.Dropout(dropout)
        self.joint = Maxout(x + (y if labels else 0), joint, joint_pieces)
        self.logit = nn.Linear(joint, 1)

    def forward(self, x, y):
        parts = [self.of_image(x.flatten(1))] + ([self.of_label(y)] if self.labels else [])
        found = self.joint(self.drop(torch.cat(parts, 1)))
        return self.logit(self.drop(found)).flatten()


def schedule(players, lr, taken, steps):
    """Sets learning rate and momentum of both players for the step after `taken` of `steps`."""
    first, last = MOMENTA
    for group in (group for player in players for group in player.optimizer.param_groups):
        group["lr"] = max(lr / DECAY**taken, LEAST)
        group["momentum"] = first + (last - first) * taken / steps


def turn(made_by, critic, latent, classes, before, rng):
    """A turn as `playing` takes it: the generator is asked for the classes of the batch. before(taken) is
    called first.
    """
    def one(stream, taken):
        before(taken)
        x, labels = next(stream)
        y = F.one_hot(labels, classes).float()
        z = torch.rand(len(x), latent, generator=rng, device=x.device)
        images = made_by.net(z, y)
        lost = critic.update(logistic(critic.net(x, y), critic.net(images.detach(), y)))
        with frozen(critic.net):
            missed = made_by.update(non_saturating(critic.net(images, y)))
        return {"generator": missed, "critic": lost}

    return one


def players(kind, settings, role):
    """A generator and a critic, conditional or not."""
    labels = len(role.classes) if kind == "conditional" else 0
    shape, drop = role.train.images[0].shape, settings.dropout
    nets = (Generator(settings.latent, labels, shape, **settings.generator.model_dump(), dropout=drop),
            Critic(labels, shape, **settings.critic.model_dump(), dropout=drop))
    return [Player(net.to(device), optimizer(settings, net.parameters())) for net in nets]


def optimizer(settings, weights):
    """By the rule of the settings."""
    if settings.rule == "sgd":
        return SGD(weights, settings.lr, MOMENTA[0])
    return Adam(weights, settings.lr, BETAS)


def trained(kind, settings, role, batches, rng):
    """A generator, conditional or not, and its training's rows."""
    made_by, critic = both = players(kind, settings, role)
    steps = settings.epochs * len(batches)

    def before(taken):
        if settings.rule == "sgd":
            schedule(both, settings.lr, taken, steps)

    one = turn(made_by, critic, settings.latent, len(role.classes), before, rng)
    return made_by.net, playing(made_by, critic, batches, one, settings.epochs)


def run(kind: str):
    settings, role = read("gan.conditional", Conditional), load_role("digits")
    if kind not in KINDS:
        raise UserError(f"there is no kind `{kind}`{among(kind, KINDS)}")
    samples, classes, test = read("gan.samples", Count), len(role.classes), unit(role.test.images)
    n = len(role.train) - len(role.train.first(settings.validation, "gan.conditional.validation"))
    fitted, validation = role.train.part(0, n), unit(role.train.part(n, len(role.train)).images)
    ceiling, _ = parzen(unit(fitted.images), validation, test)
    for seed in each_seed(read("gan.seeds", Few)):
        rng = start(seed)
        net, rows = trained(kind, settings, role, Batches(fitted, settings.batch_size, rng), rng)
        history = list(progress(rows, settings.epochs, f"{kind}, seed {seed}"))
        keep_history(f"gan/conditional/{kind}", seed, history)
        labels = torch.arange(classes * settings.windows, device=device) % classes
        z = torch.rand(len(labels), settings.latent, generator=rng, device=device)
        images = sampled(net, z, F.one_hot(labels, classes).float())
        found, sigma = parzen(images, validation, test)
        images, wanted = images[:samples], labels[:samples] if kind == "conditional" else None
        numbers = measures(judge("digits", role, seed, samples), images, rng, wanted)
        record(f"data/gan/conditional/{kind}/{seed}.safetensors", scalars(numbers | {"sigma": sigma}) | {
            "likelihood": ("image", found), "ceiling": ("image", ceiling),
        })
        keep_samples(f"conditional/{kind}/{seed}", last=images)


if __name__ == "__main__":
    main(run)
