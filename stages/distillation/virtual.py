"""Tf-KD reg: a teacher that is no network, but a label that gives a little to every class, softened.

Yuan, Tay, Li, Wang, Feng, CVPR 2020, https://arxiv.org/abs/1909.11723, section 4.2:

    p_d(k) = a if k is the label, else (1 - a) / (c - 1),    a >= 0.9                      (9)
    L      = (1 - alpha) H(y, p) + alpha T^2 KL(p_d(T) || p(T)),    T >= 20                (10), times T^2

p_d(T) is p_d softened as if its logits were log p_d, and the student is softened as well, as the formula has
it; the factor T^2 is not in it, but in soft.py. The authors' code takes the probabilities p_d themselves for
logits, does not soften the student and multiplies KL by a constant of 1 to 100.
"""

from stages.core.params import read
from stages.core.stage import main
from stages.distillation.objects import kept, student
from stages.distillation.params import Virtual
from stages.distillation.soft import distillation, smoothed


def virtual_teacher(alpha, temperature, confidence):
    """The loss of a network on a batch (x, y)."""

    def loss(net, batch):
        x, y = batch
        z = net(x).float()
        return distillation(z, y, smoothed(y, z.shape[1], confidence), alpha, temperature)

    return loss


def run(seed: int):
    settings = read("distillation.objects.virtual", Virtual)
    loss = virtual_teacher(settings.alpha, settings.temperature, settings.confidence)
    kept("virtual", seed, *student(seed, "virtual teacher", loss))


if __name__ == "__main__":
    main(run)
