"""How in-distribution does an image look to a network? Three scores; higher is more in-distribution.

With logits z of an image x and softmax p(z) = exp(z_i) / sum_j exp(z_j):

    maximum softmax   max p(z)              Hendrycks & Gimpel, ICLR 2017, https://arxiv.org/abs/1610.02136
    ODIN              max p(z(x~) / T)      Liang, Li, Srikant, ICLR 2018, https://arxiv.org/abs/1706.02690
                      x~ = x - epsilon sign(-grad_x log max p(z(x) / T))
    energy            log sum_j exp(z_j)    Liu, Wang, Owens, Li, NeurIPS 2020,
                                            https://arxiv.org/abs/2010.03759, which is -E(x) at T = 1

n images, c classes. All in float64: at T = 1000, softmaxes differ in the fifth digit. Logits are as precise
as section `compute` has them: in bfloat16, those from 8 to 16 are multiples of 1/16, so scores have ties.
"""

import torch

from stages.core.attacks import input_gradient
from stages.core.compute import mixed
from stages.core.data import unit


def max_softmax(z):
    """The largest softmax of logits z (n, c): (n,), in [1/c, 1]."""
    return odin(z, 1.0)


def odin(z, temperature):
    """The largest softmax of z / T: (n,), in [1/c, 1]. z are the logits of x or of `stepped` x."""
    return (z.double() / temperature).softmax(1).amax(1)


def energy(z):
    """The negative energy of logits z (n, c): (n,)."""
    return z.double().logsumexp(1)


def stepped(net, images, temperature, epsilon, batch_size=500):
    """x~ of images, uint8 or float in [0, 1]: float (n, channels, h, w), not clipped, as in the paper's code.

    The gradient is that of the image in [0, 1], before the network normalises it.
    """

    def confidence(x):
        with mixed():
            z = net(x).float()
        return (z / temperature).log_softmax(1).amax(1).sum()

    parts = [unit(part) for part in images.split(batch_size)]
    return torch.cat([x + epsilon * input_gradient(confidence, x).sign() for x in parts])
