"""A generator that stays as it is, and critics trained to their optimum against it: what gradient is left?

Arjovsky & Bottou, "Towards principled methods for training generative adversarial networks", ICLR 2017,
https://arxiv.org/abs/1701.04862, figure 2, and Arjovsky et al. 2017, section 3: the better a discriminator,
the less a generator learns from log(1 - D); a critic whose slope is bounded can be trained to its optimum.

The generator is the trained one of `objects`, `non_saturating`. At given steps of a new critic, the norm of
the gradient in the generator's weights is taken, of the same batch of noise each time.
"""

import torch

from stages.core.compute import start
from stages.core.data import Batches, load_role
from stages.core.files import load
from stages.core.measurements import record
from stages.core.params import Few, read
from stages.core.recipe import weights_path
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.gan.losses import GENERATORS
from stages.gan.nets import convolutional_critic, convolutional_generator
from stages.gan.params import Kinds, Objects, Optimum, Rules
from stages.gan.players import endless, frozen, gaussian
from stages.gan.rules import critic_step, gradient, player

AGAINST = {"non_saturating": ["saturating", "non_saturating"], "wgan": ["wgan"], "penalty": ["penalty"]}


def norms(generator, critic, latents, kinds):
    """The norm of the gradient of each loss of `kinds` in the generator's weights."""
    found = []
    with frozen(critic):
        for kind in kinds:
            generator.zero_grad()
            GENERATORS[kind](critic(generator(latents))).backward()
            found.append(gradient(generator))
    return torch.stack(found)


def approached(kind, critic, generator, latents, stream, places, rules, rng):
    """Trains a critic, and notes at each of `places`, steps taken, the norms and its loss until there."""
    noise, found, losses, before = gaussian(latents.shape[1], rng), [], [], 0
    for place in places:
        steps = []
        for _ in range(place - before):
            real = next(stream)[0]
            with torch.no_grad():
                made = generator(noise(len(real)))
            steps.append(critic_step(kind, critic, real, made, rules, rng))
        before = place
        losses.append(torch.stack(steps).mean())
        found.append(norms(generator, critic.net, latents, AGAINST[kind]))
    return torch.stack(found, 1), torch.stack(losses)


def run():
    settings, how = read("gan.objects", Objects), read("gan.optimum", Optimum)
    rules, kinds, role = read("gan.rules", Rules), read("gan.kinds", Kinds), load_role("objects")
    for seed in each_seed(read("gan.seeds", Few)):
        rng = start(seed)
        generator = convolutional_generator(settings.latent, settings.width)
        generator.load_state_dict(load(weights_path("gan/objects/non_saturating", seed))[0])
        latents = gaussian(settings.latent, rng)(settings.batch_size)
        found, losses = [], []
        for kind in AGAINST:
            net = convolutional_critic(settings.width, norm=kind != "penalty")
            critic = player(kind, net, getattr(kinds, kind).lr)
            stream = endless(Batches(role.train, settings.batch_size, rng, flip=True))
            norm, loss = approached(kind, critic, generator, latents, stream, how.steps, rules, rng)
            found.append(norm)
            losses.append(loss)
        record(f"data/gan/optimum/{seed}.safetensors", {
            "norm": ("network step", torch.cat(found)), "loss": ("critic step", torch.stack(losses)),
        }, network=[name for kinds in AGAINST.values() for name in kinds], critic=list(AGAINST),
            step=how.steps)


if __name__ == "__main__":
    main(run)
