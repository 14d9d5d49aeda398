"""Label smoothing, the control of teacher-free distillation: epsilon of every label goes to all c classes.

Szegedy et al., CVPR 2016, https://arxiv.org/abs/1512.00567, section 7:

    L = H(q, p),    q(k) = (1 - epsilon) [k is the label] + epsilon / c
"""

import torch.nn.functional as F

from stages.core.params import read
from stages.core.stage import main
from stages.distillation.objects import kept, student
from stages.distillation.params import Share


def run(seed: int):
    epsilon = read("distillation.objects.smoothing.epsilon", Share)

    def loss(net, batch):
        x, y = batch
        return F.cross_entropy(net(x).float(), y, label_smoothing=epsilon)

    kept("smoothing", seed, *student(seed, "label smoothing", loss))


if __name__ == "__main__":
    main(run)
