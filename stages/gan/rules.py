"""How the players of each loss are stepped, as their papers say.

saturating, non_saturating   Goodfellow et al. 2014, algorithm 1: one step each; Adam as in DCGAN
wgan                         Arjovsky et al. 2017, algorithm 1: several steps of the critic, RMSProp, all its
                             weights clipped after each step
penalty                      Gulrajani et al. 2017, algorithm 1: several steps of the critic, Adam

A Wasserstein critic has many steps in the first turns and now and then, as in Arjovsky's code, so that it is
near its optimum.

What the generator has made for the critic's last step in a turn serves its own step, too.
"""

import inspect

import torch

from stages.core.optimizers import Adam
from stages.gan.losses import CRITICS, GENERATORS, clip, penalty, wasserstein
from stages.gan.players import Player, frozen

BETAS = {"saturating": (0.5, 0.999), "non_saturating": (0.5, 0.999), "penalty": (0.0, 0.9)}
OFTEN = 500                      # turns from one with many critic steps to the next


class RMSprop(torch.optim.RMSprop):
    """torch's, without the wrappers that are for torch.compile, as core's SGD."""

    add_param_group = inspect.unwrap(torch.optim.RMSprop.add_param_group)
    zero_grad = inspect.unwrap(torch.optim.RMSprop.zero_grad)
    step = torch.no_grad()(inspect.unwrap(torch.optim.RMSprop.step))


def player(kind, net, lr):
    """A network with the optimizer of its paper."""
    weights = list(net.parameters())
    return Player(net, RMSprop(weights, lr) if kind == "wgan" else Adam(weights, lr, BETAS[kind]))


def rounds(kind, steps, many, taken):
    """Steps of the critic in the turn after `taken` turns."""
    often = CRITICS[kind] is wasserstein and (taken < many.turns or taken % OFTEN == 0)
    return many.steps if often else steps


def critic_step(kind, critic, real, made, settings, rng):
    """One step of the critic; its loss without what the penalty adds."""
    loss = CRITICS[kind](critic.net(real), critic.net(made))
    whole = loss
    if kind == "penalty":
        whole = loss + settings.penalty * penalty(critic.net, real, made, rng)
    critic.update(whole)
    if kind == "wgan":
        clip(critic.net, settings.clip)
    return loss.detach()


def turn(kind, generator, critic, noise, steps, settings, rng):
    """A turn as `playing` takes it: the losses of both, and the norm of the generator's gradient.

    `noise(n)` draws n latent vectors; `steps` are those of the critic; `settings` is section `gan.rules`.
    """
    def one(stream, taken):
        count = rounds(kind, steps, settings.many, taken)
        losses = []
        for i in range(count):
            real = next(stream)[0]
            with torch.set_grad_enabled(i == count - 1):
                made = generator.net(noise(len(real)))
            losses.append(critic_step(kind, critic, real, made.detach(), settings, rng))
        with frozen(critic.net):
            loss = generator.update(GENERATORS[kind](critic.net(made)))
        return {"generator": loss, "critic": torch.stack(losses).mean(), "gradient": gradient(generator.net)}

    return one


def gradient(net):
    """The norm of the gradient that the last step has left in the weights."""
    return torch.cat([weight.grad.flatten() for weight in net.parameters()]).norm()
