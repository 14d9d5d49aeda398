"""What two players gain and lose. `real` and `made` are a critic's logits of real and of generated images.

Goodfellow et al., NeurIPS 2014, https://arxiv.org/abs/1406.2661, section 3, with D = sigmoid(logit):

    the discriminator descends  -log D(x) - log(1 - D(G(z)))           log 4 where it cannot tell them apart
    the generator descends       log(1 - D(G(z)))                      saturating: flat where D is sure
                           or   -log D(G(z))                           non-saturating

Arjovsky, Chintala, Bottou, ICML 2017, https://arxiv.org/abs/1701.07875, with f = logit: the critic descends
f(G(z)) - f(x), the generator -f(G(z)). f is bounded in slope by clipping all weights (algorithm 1), or by

    weight E (|grad f(u)| - 1)^2,   u on the line between a real and a generated image                penalty

Gulrajani et al., NeurIPS 2017, https://arxiv.org/abs/1704.00028, algorithm 1.
"""

import math

import torch
import torch.nn.functional as F

LOG4 = math.log(4)


def logistic(real, made):
    """The discriminator's loss, in nats."""
    return F.softplus(-real).mean() + F.softplus(made).mean()


def wasserstein(real, made):
    """The critic's loss: how much more it gives generated images than real ones."""
    return made.mean() - real.mean()


def saturating(made):
    """The generator's loss log(1 - D), in nats."""
    return -F.softplus(made).mean()


def non_saturating(made):
    """The generator's loss -log D, in nats."""
    return F.softplus(-made).mean()


def lifted(made):
    """The generator's loss against a critic."""
    return -made.mean()


CRITICS = {"saturating": logistic, "non_saturating": logistic, "wgan": wasserstein, "penalty": wasserstein}
GENERATORS = {"saturating": saturating, "non_saturating": non_saturating, "wgan": lifted, "penalty": lifted}


def estimate(kind, loss):
    """What the critic's loss says of the distance between real and generated images: of twice the
    Jensen-Shannon divergence, in nats, or of the Wasserstein distance, up to a factor.
    """
    return LOG4 - loss if CRITICS[kind] is logistic else -loss


def penalty(critic, real, made, rng):
    """Mean of (|grad f| - 1)^2 at points between the images `real` and `made`, a pair each."""
    share = torch.rand(len(real), *[1] * (real.dim() - 1), generator=rng, device=real.device)
    between = (share * real + (1 - share) * made).detach().requires_grad_()
    slope, = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return (slope.flatten(1).norm(dim=1) - 1).square().mean()


@torch.no_grad()
def clip(net, bound):
    """Puts every weight of `net` into [-bound, bound]."""
    for weight in net.parameters():
        weight.clamp_(-bound, bound)
