"""A network learns from one that should have nothing to teach it: weaker, poorly trained, or its own copy.

Yuan, Tay, Li, Wang, Feng, CVPR 2020, https://arxiv.org/abs/1909.11723:

    L = (1 - alpha) H(y, p) + alpha T^2 KL(p_t(T) || p(T))                                 (1), times T^2

Reversed distillation (section 2.1): the teacher p_t is weaker than the student. Defective distillation (2.2):
it is poorly trained. Tf-KD self (4.1): it is the student's own architecture, trained on labels before. The
teacher sees the same shifted and mirrored image as the student, in evaluation mode.

The factor T^2 is not in (1), but in the authors' code, which also divides KL by the number of classes; ours
does not (soft.py). So its alphas of 0.6 and 0.95, with ten classes and without its multiplier of KL, weigh
the terms as our 0.13 and 0.66 do.
"""

import torch

from stages.core.params import Few, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.distillation.objects import kept, student, teacher_of
from stages.distillation.params import Taught
from stages.distillation.soft import distillation


def taught_by(teacher, alpha, temperature):
    """The loss of a network on a batch (x, y) with the logits of `teacher` on the same x."""

    def loss(net, batch):
        x, y = batch
        with torch.no_grad():
            v = teacher(x).float()
        return distillation(net(x).float(), y, v, alpha, temperature)

    return loss


def run(teacher: str):
    settings = read(f"distillation.objects.taught.{teacher}", Taught)
    for seed in each_seed(read("distillation.objects.seeds", Few)):
        loss = taught_by(teacher_of(teacher, seed), settings.alpha, settings.temperature)
        kept(f"taught_by_{teacher}", seed, *student(seed, f"taught by {teacher}", loss))


if __name__ == "__main__":
    main(run)
