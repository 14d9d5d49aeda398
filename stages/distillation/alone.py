"""A network learns without another: from a teacher made by hand, from smoothed labels, from itself.

Yuan, Tay, Li, Wang, Feng, CVPR 2020, https://arxiv.org/abs/1909.11723, section 4.2, Tf-KD reg: the teacher is
no network, but a label that gives a little to every class, softened.

    p_d(k) = a if k is the label, else (1 - a) / (c - 1),    a >= 0.9                      (9)
    L      = (1 - alpha) H(y, p) + alpha KL(p_d(T) || p(T)),    T >= 20                    (10)

as the authors' code has it, which differs from (10) in two ways: p_d(T) is softened as if its logits were the
probabilities p_d themselves, and the student is not softened. The code multiplies KL by 100 and divides it by
its 100 classes, so that its weight alpha is ours. So p_d(T) is almost uniform, and the loss is that of label
smoothing with epsilon = 0.0995 (alpha = 0.1, T = 20, a = 0.99, ten classes), but for a constant: between the
two there is little to tell, and the paper finds 0.1 points.

Szegedy et al., CVPR 2016, https://arxiv.org/abs/1512.00567, section 7: label smoothing, the control.

    L = H(q, p),    q(k) = (1 - epsilon) [k is the label] + epsilon / c

Zhang et al., ICCV 2019: Be Your Own Teacher (own_teacher.py).
"""

import torch.nn.functional as F

from stages.core.params import Few, read
from stages.core.seeds import each_seed
from stages.core.stage import main
from stages.distillation.nets import OwnTeacher, StagedResNet
from stages.distillation.objects import kept, trained
from stages.distillation.own_teacher import exit_logits, own_loss
from stages.distillation.params import ALONE, Network
from stages.distillation.soft import smoothed


def virtual(net, batch, settings):
    """The loss of a network on a batch (x, y) with the teacher made by hand."""
    x, y = batch
    z = net(x).float()
    p = smoothed(y, z.shape[1], settings.confidence).exp()
    target = (p / settings.temperature).softmax(1)
    soft = F.kl_div(z.log_softmax(1), target, reduction="batchmean")
    return (1 - settings.alpha) * F.cross_entropy(z, y) + settings.alpha * soft


def smoothing(net, batch, settings):
    """The loss of a network on a batch (x, y) with smoothed labels."""
    x, y = batch
    return F.cross_entropy(net(x).float(), y, label_smoothing=settings.epsilon)


def own_teacher(net, batch, settings):
    """The loss of a network on a batch (x, y) whose deepest classifier teaches the others."""
    x, y = batch
    z, features = ([part.float() for part in parts] for parts in net.exits(x))
    return own_loss(z, features, y, settings.alpha, settings.temperature, settings.hint)


LOSSES = {"virtual": virtual, "smoothing": smoothing, "own_teacher": own_teacher}


def run(method: str):
    settings = read(f"distillation.objects.{method}", ALONE[method])
    shape = read("distillation.objects.networks.student", Network)
    kind = OwnTeacher if method == "own_teacher" else StagedResNet
    for seed in each_seed(read("distillation.objects.seeds", Few)):
        net, history, role = trained(
            seed, shape, method, lambda net, batch: LOSSES[method](net, batch, settings), kind
        )
        exits = exit_logits(net, role.test.images) if method == "own_teacher" else None
        kept(method, seed, net, history, role, exits)


if __name__ == "__main__":
    main(run)
